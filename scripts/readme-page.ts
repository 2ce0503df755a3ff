import { apiTable } from "./api-table.js";
import { withMarkedParts } from "./marked-parts.js";
import { roomsTree } from "./rooms-tree.js";
import { settingsTable } from "./settings-table.js";

/** What the code has to say in the README, by mark. */
export const readmeParts = () => ({ rooms: roomsTree(), api: apiTable(), settings: settingsTable() });

/** The README with its marked parts as the code has them. */
export const readmePage = (page: string): string => withMarkedParts(page, readmeParts());
