import { type Image, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { useState } from 'react';
import { AppLink, Button, DigestChip, KeyValue, Notice, TextField } from '../../../ui/index.ts';
import { command } from '../../common/command-word.ts';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { ImportForm } from '../../common/import-form.tsx';
import { counted } from '../../common/words.ts';

/** Records an image by an SBOM that describes it. */
export function ImportSbomDialog(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Import SBOM" size="large" {...props}>
      {(inside) => <ImportSbom inside={inside} />}
    </FormDialog>
  );
}

function ImportSbom({ inside }: { readonly inside: InsideDialog }) {
  const [name, setName] = useState('');
  const [imageDigest, setImageDigest] = useState('');
  const [platform, setPlatform] = useState('');
  const [isTried, setTried] = useState(false);
  const nameFault = name.trim() === '' ? 'Name the image, such as registry.example/shop/app:1.2.' : undefined;
  const digestFault =
    imageDigest.trim() === '' || /^sha256:[0-9a-f]{64}$/.test(imageDigest.trim())
      ? undefined
      : 'A digest is sha256: and 64 digits.';
  const platformFault =
    platform.trim() === '' || /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/.test(platform.trim())
      ? undefined
      : 'A platform looks like linux/amd64.';
  return (
    <ImportForm
      route={SCANNER_ROUTES.importSbom}
      inside={inside}
      verb="Import SBOM"
      label="Choose SBOM file"
      takes="CycloneDX JSON 1.4 to 1.6 or SPDX JSON 2.3"
      accept=".json"
      maxBytes={SCANNER_ROUTES.importSbom.maxBodyBytes}
      contentType={() => 'application/json'}
      input={() => ({
        query: {
          name: name.trim(),
          ...(imageDigest.trim() === '' ? {} : { imageDigest: imageDigest.trim() }),
          ...(platform.trim() === '' ? {} : { platform: platform.trim() }),
        },
      })}
      isWrong={[nameFault, digestFault, platformFault].some((fault) => fault !== undefined)}
      onTried={() => setTried(true)}
      command={(file) =>
        command(`stella image import-sbom ${file}`, {
          name: name.trim(),
          image: imageDigest.trim(),
          platform: platform.trim(),
        })
      }
      fields={
        <>
          <TextField
            label="Name of the image"
            value={name}
            onChange={inside.touched(setName)}
            isRequired
            isMono
            maxLength={500}
            placeholder="registry.example/shop/app:1.2"
            error={isTried ? nameFault : undefined}
          />
          <TextField
            label="Image digest"
            help="Which image the document describes; default: the one that it names itself."
            value={imageDigest}
            onChange={inside.touched(setImageDigest)}
            isMono
            maxLength={71}
            placeholder="sha256:…"
            error={isTried ? digestFault : undefined}
          />
          <TextField
            label="Platform"
            value={platform}
            onChange={inside.touched(setPlatform)}
            isMono
            maxLength={60}
            placeholder="linux/amd64"
            error={isTried ? platformFault : undefined}
          />
        </>
      }
      result={({ status, body }, again) => (
        <Result image={body} isNew={status === 201} onAgain={again} onClose={inside.close} />
      )}
    >
      <p className="quiet">
        For an image whose layers cannot be read here. What a document claims is marked so; once layers were read, no
        document takes their place.
      </p>
    </ImportForm>
  );
}

interface ResultProps {
  readonly image: Image;
  readonly isNew: boolean;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

function Result({ image, isNew, onAgain, onClose }: ResultProps) {
  return (
    <>
      <Notice tone="good" icon="check">
        <span role="status">
          {isNew ? 'A new image' : 'An image that was known'}, now with {counted(image.components, 'component')}. It is
          judged by itself.
        </span>
      </Notice>
      <KeyValue
        rows={[
          ['Image', image.name],
          ['Digest', <DigestChip key="d" digest={image.digest} href={`/images/${image.digest}`} />],
          ['Platform', image.platform ?? 'Not said'],
          ['Components', image.components.toLocaleString('en-US')],
          ['Gaps', image.gaps.toLocaleString('en-US')],
        ]}
      />
      <div className="row">
        <AppLink to={`/images/${image.digest}`}>Open the image</AppLink>
        <Button onPress={onAgain}>Import another file</Button>
        <Button onPress={onClose}>Close</Button>
      </div>
    </>
  );
}
