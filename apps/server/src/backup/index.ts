export { type BackupReport, writeBackup } from './write-backup.ts';
export { BACKUP_ERRORS } from './errors.ts';
export { resetInstallation } from './reset.ts';
export { type RestoreReport, restoreBackup, type RestoreStep } from './restore-backup.ts';
export { type Installation, installationOf } from './installation.ts';
export type { BackupRecord } from './layout.ts';
