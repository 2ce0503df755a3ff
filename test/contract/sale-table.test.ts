import { contractOnDatabases } from "../support/contract-on-databases.js";
import { workOn } from "../support/table-work.js";
import { clauses } from "./sale-table/clauses.js";
import { knownWrong } from "./sale-table/known-wrong-sale-table.js";

contractOnDatabases("SaleTable", workOn, clauses, knownWrong);
