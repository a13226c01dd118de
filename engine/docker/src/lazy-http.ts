import type * as Http from 'node:http';
import type * as Https from 'node:https';

/**
 * `node:http` and `node:https`, loaded when a request is made. A static import of them builds a facade that touches
 * every export, the fetch stack among them, and costs each start of a program some 15 ms, also of one that never speaks
 * to anybody.
 */
export const nodeHttp = (): typeof Http => process.getBuiltinModule('node:http');

export const nodeHttps = (): typeof Https => process.getBuiltinModule('node:https');
