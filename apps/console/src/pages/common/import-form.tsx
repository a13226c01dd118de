import './layout.css';
import type { Output, Route } from '@stella-ops/contracts';
import { type ReactNode, useState } from 'react';
import { type Upload, useUpload } from '../../api/index.ts';
import { CopyCommand, Form } from '../../ui/index.ts';
import { commandWord } from './command-word.ts';
import { FileDrop } from './file-drop.tsx';
import type { InsideDialog } from './form-dialog.tsx';
import { UploadProgress } from './upload-progress.tsx';

interface ImportFormProps<R extends Route> {
  readonly route: R;
  readonly inside: InsideDialog;
  /** On the button that sends it. */
  readonly verb: string;
  readonly label: string;
  readonly takes: string;
  readonly accept: string;
  /** Where the route says none, the most that the server takes of any bytes. */
  readonly maxBytes: number;
  readonly contentType: (file: File) => string;
  readonly input: (file: File) => Upload<R>['input'];
  /** Something else that is wrong: it stands at its field, and nothing is sent. */
  readonly isWrong?: boolean;
  readonly onTried?: () => void;
  readonly onFile?: (file: File) => void;
  /** The same by the command line. */
  readonly command?: (file: string) => string;
  /** What will happen. */
  readonly children: ReactNode;
  /** Further fields. */
  readonly fields?: ReactNode;
  /** What changed, and what happens next. */
  readonly result: (reply: Output<R>, again: () => void) => ReactNode;
}

/** Takes a file, sends it, and says what it changed. */
export function ImportForm<const R extends Route>(props: ImportFormProps<R>) {
  const { inside } = props;
  const [file, setFile] = useState<File>();
  const [isTried, setTried] = useState(false);
  const upload = useUpload(props.route);
  if (upload.data !== undefined) {
    const again = (): void => {
      setFile(undefined);
      setTried(false);
      upload.reset();
    };
    return <div className="stack">{props.result(upload.data, again)}</div>;
  }
  const send = (): void => {
    setTried(true);
    props.onTried?.();
    if (file === undefined || props.isWrong === true || upload.isPending) return;
    inside.setDirty(true);
    upload.mutate(
      { file, contentType: props.contentType(file), input: props.input(file) },
      { onSuccess: () => inside.setDirty(false) },
    );
  };
  return (
    <Form error={upload.error} onSubmit={send} verb={props.verb} isPending={upload.isPending} onCancel={inside.close}>
      {props.children}
      <FileDrop
        label={props.label}
        takes={props.takes}
        accept={props.accept}
        maxBytes={props.maxBytes}
        file={file}
        onFile={(chosen) => {
          inside.setDirty(true);
          upload.reset();
          setFile(chosen);
          props.onFile?.(chosen);
        }}
        error={isTried ? 'Choose a file first.' : undefined}
      />
      {props.fields}
      {upload.sent === undefined ? null : <UploadProgress sent={upload.sent} onStop={upload.stop} />}
      {props.command === undefined ? null : (
        <p>
          <CopyCommand command={props.command(file === undefined ? 'FILE' : commandWord(file.name))} />
        </p>
      )}
    </Form>
  );
}
