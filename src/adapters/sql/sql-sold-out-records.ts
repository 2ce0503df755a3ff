export class SqlSoldOutRecords {}
