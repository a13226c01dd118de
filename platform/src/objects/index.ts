export { directoryObjects, type ObjectArea, type Objects } from './objects.ts';
export { sweepObjects, sweepOfDay } from './sweep-objects.ts';
