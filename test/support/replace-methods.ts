/** Returns an object with the methods of `port`, some of them replaced. */
export const replaceMethods = <Port extends object>(port: Port, methods: Partial<Port>): Port =>
  Object.assign(Object.create(port), methods);
