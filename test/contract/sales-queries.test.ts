import { SqlSalesQueries } from "../../src/adapters/sql/sql-sales-queries.js";
import type { SalesQueries } from "../../src/application/ports/sales-queries.js";
import { contractOnDatabases } from "../support/contract-on-databases.js";
import { boardClauses } from "./sales-queries/board-clauses.js";
import { twins } from "./sales-queries/careless-queries.js";
import { nightClauses } from "./sales-queries/night-clauses.js";

const clauses = { ...boardClauses, ...nightClauses };

contractOnDatabases<SalesQueries>("SalesQueries", (db) => new SqlSalesQueries(db), clauses, twins);
