/** The same object, but for some of its methods. */
export const but = <Port extends object>(port: Port, methods: Partial<Port>): Port =>
  Object.assign(Object.create(port), methods);
