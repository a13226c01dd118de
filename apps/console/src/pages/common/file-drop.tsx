import './file-drop.css';
import { useState } from 'react';
import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { Text } from 'react-aria-components/Text';
import { Button, Icon } from '../../ui/index.ts';
import { fileSize } from './words.ts';

interface FileDropProps {
  /** On the button: `Choose OpenVEX file`. */
  readonly label: string;
  /** What is taken: `OpenVEX 0.2.0 as JSON`. */
  readonly takes: string;
  /** Endings that the file picker offers: `.json,.zip`. */
  readonly accept: string;
  readonly maxBytes: number;
  readonly file: File | undefined;
  readonly onFile: (file: File) => void;
  /** Sentence that stands below, after a try without a file. */
  readonly error?: string | undefined;
}

/** One file of the person's machine: dropped, pasted or chosen. Nothing is sent before they say so. */
export function FileDrop(props: FileDropProps) {
  const { file } = props;
  const [refused, setRefused] = useState<string>();
  const take = (files: readonly File[]): void => {
    const [first] = files;
    if (first === undefined) return setRefused('This is no file.');
    if (files.length > 1) return setRefused('One file at a time, please.');
    if (first.size > props.maxBytes) {
      return setRefused(`${first.name} has ${fileSize(first.size)}; at most ${binarySize(props.maxBytes)} are taken.`);
    }
    if (first.size === 0) return setRefused(`${first.name} is empty.`);
    setRefused(undefined);
    props.onFile(first);
  };
  const fault = refused ?? (file === undefined ? props.error : undefined);
  return (
    <DropZone
      className="file-drop"
      onDrop={({ items }) => {
        const files = items.filter((item) => item.kind === 'file').map((item) => item.getFile());
        void Promise.all(files).then(take);
      }}
    >
      <Icon name="download" size={24} />
      <Text slot="label" className="file-drop-name">
        {file === undefined ? 'Drop a file here' : file.name}
      </Text>
      <span className="small">
        {file === undefined ? `${props.takes}, at most ${binarySize(props.maxBytes)}.` : fileSize(file.size)}
      </span>
      <FileTrigger acceptedFileTypes={props.accept.split(',')} onSelect={(files) => take([...(files ?? [])])}>
        <Button>{file === undefined ? props.label : 'Choose another file'}</Button>
      </FileTrigger>
      <span role="status" className="file-drop-fault">
        {fault}
      </span>
    </DropZone>
  );
}

/** `64 MiB`: limits of the server are powers of two. */
export function binarySize(bytes: number): string {
  return bytes >= 1024 ** 3 ? `${bytes / 1024 ** 3} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}
