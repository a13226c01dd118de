/**
 * `node:http` and `node:https`, loaded when a request is made. A static import of them builds a facade that touches
 * every export, the fetch stack among them, and costs each start of a program some 15 ms, also of one that never speaks
 * to anybody.
 */
export const nodeHttp = (): typeof import('node:http') => process.getBuiltinModule('node:http');

export const nodeHttps = (): typeof import('node:https') => process.getBuiltinModule('node:https');
