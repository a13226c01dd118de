export type { Column, RowAction } from './column.ts';
export { DataGrid } from './data-grid.tsx';
export { saveFile } from './save-file.ts';
