export { directoryObjects, type ObjectArea, type Objects } from './objects.ts';
