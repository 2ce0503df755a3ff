export class SqlConcertQueries {}
