import { SqlSalesQueries } from "../../src/adapters/sql/sql-sales-queries.js";
import type { SalesQueries } from "../../src/application/ports/sales-queries.js";
import { contractOnDatabases } from "../support/contract-on-databases.js";
import { boardClauses } from "./sales-queries/board-clauses.js";
import { closingClauses } from "./sales-queries/closing-clauses.js";
import { knownWrong } from "./sales-queries/known-wrong-sales-queries.js";

const clauses = { ...boardClauses, ...closingClauses };

contractOnDatabases<SalesQueries>("SalesQueries", (db) => new SqlSalesQueries(db), clauses, knownWrong);
