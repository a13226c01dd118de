import '../../common/layout.css';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { useState } from 'react';
import { nowMs, useCommand } from '../../../api/index.ts';
import { AppLink, Button, Form, Notice, Select, TextField } from '../../../ui/index.ts';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { withoutVersion } from '../finding-trace.ts';

export interface ExceptionSubject {
  readonly vulnerability: string;
  /** purl of what was found. */
  readonly component?: string;
  readonly imageDigest?: string;
  readonly imageName?: string;
}

const DAY_MS = 86_400_000;
const LENGTHS = [
  { id: '7', label: '7 days' },
  { id: '14', label: '14 days' },
  { id: '30', label: '30 days' },
  { id: '90', label: '90 days' },
];

/** Asks for a time-limited permission for a vulnerability; another person decides. */
export function RequestExceptionDialog(props: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly subject?: ExceptionSubject;
}) {
  return (
    <FormDialog title="Request exception" isOpen={props.isOpen} onClose={props.onClose}>
      {(inside) => <RequestForm subject={props.subject} {...inside} />}
    </FormDialog>
  );
}

function RequestForm({ subject, close, touched }: InsideDialog & { readonly subject: ExceptionSubject | undefined }) {
  const purl = subject?.component?.startsWith('pkg:') === true ? subject.component : undefined;
  const [vulnerability, setVulnerability] = useState(subject?.vulnerability ?? '');
  const [typedPackage, setTypedPackage] = useState('');
  const [packages, setPackages] = useState(purl === undefined ? 'typed' : 'version');
  const [images, setImages] = useState(subject?.imageDigest === undefined ? 'all' : 'this');
  const [days, setDays] = useState('30');
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const request = useCommand(POLICY_ROUTES.requestException);
  const made = request.data?.body;
  if (made !== undefined) {
    return (
      <div className="stack">
        <Notice tone="human" icon="person">
          The exception for {made.vulnerability} waits for review. It counts once somebody else has approved it.
        </Notice>
        <div className="row">
          <AppLink to={`/exceptions/${made.id}`}>Open the exception</AppLink>
          <Button onPress={close}>Close</Button>
        </div>
      </div>
    );
  }
  const named =
    packages === 'version' ? purl : packages === 'package' ? withoutVersion(purl ?? '') : typedPackage.trim();
  const vulnerabilityFault =
    vulnerability.trim() === '' ? 'Name the vulnerability, such as CVE-2021-33503.' : undefined;
  const reasonFault = reason.trim() === '' ? 'Say why it may be borne: whoever decides reads it.' : undefined;
  return (
    <Form
      error={request.error}
      onSubmit={() => {
        setTried(true);
        if (vulnerabilityFault !== undefined || reasonFault !== undefined) return;
        request.mutate({
          body: {
            vulnerability: vulnerability.trim(),
            reason: reason.trim(),
            expiresAt: new Date(nowMs() + Number(days) * DAY_MS).toISOString(),
            ...(named === undefined || named === '' ? {} : { package: named }),
            ...(images === 'this' && subject?.imageDigest !== undefined ? { imageDigest: subject.imageDigest } : {}),
          },
        });
      }}
      verb="Request exception"
      isPending={request.isPending}
      onCancel={close}
    >
      {subject === undefined ? (
        <TextField
          label="Vulnerability"
          value={vulnerability}
          onChange={touched(setVulnerability)}
          isRequired
          isMono
          autoFocus
          maxLength={200}
          error={isTried ? vulnerabilityFault : undefined}
        />
      ) : (
        <p>
          A permission to go on with <strong>{subject.vulnerability}</strong> for a limited time.
        </p>
      )}
      <TextField
        label="Reason"
        help="Why it may be borne, and until when it will be mended. Kept with every decision that uses it."
        value={reason}
        onChange={touched(setReason)}
        isMultiline
        isRequired
        autoFocus={subject !== undefined}
        maxLength={2000}
        error={isTried ? reasonFault : undefined}
      />
      {purl === undefined ? (
        <TextField
          label="Package"
          help="A purl, such as pkg:pypi/urllib3; without version it covers every version. Empty: every package."
          value={typedPackage}
          onChange={touched(setTypedPackage)}
          isMono
          maxLength={500}
        />
      ) : (
        <Select
          label="Package"
          options={[
            { id: 'version', label: `Only ${purl}` },
            { id: 'package', label: `Every version of ${withoutVersion(purl)}` },
          ]}
          value={packages}
          onChange={touched(setPackages)}
        />
      )}
      {subject?.imageDigest === undefined ? null : (
        <Select
          label="Images"
          options={[
            { id: 'this', label: `Only ${subject.imageName ?? 'this image'}` },
            { id: 'all', label: 'Every image of the tenant' },
          ]}
          value={images}
          onChange={touched(setImages)}
        />
      )}
      <Select label="Ends after" options={LENGTHS} value={days} onChange={touched(setDays)} />
    </Form>
  );
}
