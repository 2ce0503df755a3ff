import { contractOnDatabases } from "../support/contract-on-databases.js";
import { workOn } from "../support/table-work.js";
import { twins } from "./sale-table/careless-tables.js";
import { clauses } from "./sale-table/clauses.js";

contractOnDatabases("SaleTable", workOn, clauses, twins);
