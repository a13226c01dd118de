export { nowMs, randomText } from './ambient.ts';
export { type Answer, callApi } from './call.ts';
export { type Connection, connection } from './live.ts';
export { useCan, useMe, useWhyNot } from './me.ts';
export { useObservable } from './observable.ts';
export { type Pages, useApi, useCommand, usePages } from './use-api.ts';
export type { Sent } from './upload-transport.ts';
export { type Upload, useUpload } from './use-upload.ts';
export { useWatch } from './use-watch.ts';
