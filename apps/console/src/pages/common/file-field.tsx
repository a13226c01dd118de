import './layout.css';
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { Button } from '../../ui/index.ts';

const MOST_BYTES = 4 * 1024 ** 2;

/** Reads a text file of the person's machine; nothing is sent before they say so. */
export function FileField(props: {
  readonly label: string;
  readonly accept: string;
  readonly onText: (text: string) => void;
}) {
  const [told, setTold] = useState('No file chosen');
  const read = async (files: FileList | null): Promise<void> => {
    const file = files?.[0];
    if (file === undefined) return;
    if (file.size > MOST_BYTES) {
      setTold(`${file.name} is larger than 4 MiB`);
      return;
    }
    props.onText(await file.text());
    setTold(file.name);
  };
  return (
    <div className="row">
      <FileTrigger acceptedFileTypes={props.accept.split(',')} onSelect={(files) => void read(files)}>
        <Button>{props.label}</Button>
      </FileTrigger>
      <span className="small" role="status">
        {told}
      </span>
    </div>
  );
}
