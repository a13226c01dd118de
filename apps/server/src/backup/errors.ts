import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const BACKUP_ERRORS = {
  BACKUP_BROKEN: {
    status: 500,
    exit: EXIT.verification,
    hint: 'Use another copy of this backup, or an older one. Nothing was written.',
  },
  BACKUP_NOT_FOUND: {
    status: 500,
    exit: EXIT.notFound,
    hint: 'Name the one file that a backup was written to.',
  },
  BACKUP_UNFIT: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'A backup goes back into the kind of installation that it came from.',
  },
  BACKUP_OUTPUT_INVALID: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Name a file that does not exist, outside the data folder.',
  },
  BACKUP_OBJECT_CORRUPT: {
    status: 500,
    exit: EXIT.verification,
    hint: 'The disk gave other bytes than were stored. Check it; take the file from an older backup, or move it away and back up again.',
  },
  BACKUP_TOO_LARGE: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Copy the stopped data folder with the means of the file system or the disk.',
  },
  DATA_MISSING: {
    status: 500,
    exit: EXIT.notFound,
    hint: 'Name the data folder with --set server.dataDir=… or STELLA_DATA_DIR, as for the server.',
  },
  DATA_NOT_EMPTY: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Restore into a folder that does not exist or is empty. "stella-server reset" empties one.',
  },
  DATA_UNFINISHED: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Run "stella-server reset" on this folder, then restore the backup again.',
  },
  DATA_NOT_AS_SIGNED: {
    status: 500,
    exit: EXIT.verification,
    hint: 'Keep this folder for whoever investigates, and restore an older backup elsewhere. To start on it all the same, remove the file UNFINISHED in it.',
  },
  DATABASE_NOT_EMPTY: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Restore into a new, empty database. "stella-server reset" empties one.',
  },
  DATABASE_IN_USE: {
    status: 500,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Stop every process of the installation first.',
  },
  DATABASE_TOOL_MISSING: {
    status: 500,
    exit: EXIT.offline,
    hint: "Install PostgreSQL's client programs, of the server's version or newer, where PATH finds them.",
  },
  DATABASE_TOOL_FAILED: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'The message is what the program of PostgreSQL said.',
  },
  SPACE_MISSING: { status: 500, exit: EXIT.retry, retryable: true, hint: 'Free disk space, or choose another disk.' },
  CONFIRMATION_MISSING: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Answer with the path of the folder at a terminal, or say --yes.',
  },
} as const;

export const fail = errorFactory(BACKUP_ERRORS);

/** A full disk, as an operator should read it; everything else as it is. */
export function withoutRoom(error: unknown, folder: string): unknown {
  if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ENOSPC') return error;
  return fail('SPACE_MISSING', `the disk of ${folder} is full`, { cause: error });
}
