import { apiTable } from "./api-table.js";
import { folderTree } from "./folder-tree.js";
import { settingsTable } from "./settings-table.js";

/** Every generated part: the page that contains it between `<!-- name -->` and `<!-- /name -->`, and its text. */
export const generatedParts = (): readonly {
  readonly page: string;
  readonly name: string;
  readonly text: string;
}[] => [
  { page: "docs/api.md", name: "api", text: apiTable() },
  { page: "docs/settings.md", name: "settings", text: settingsTable() },
  { page: "docs/code-tour.md", name: "folders", text: folderTree() },
];
