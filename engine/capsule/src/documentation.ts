import { PREDICATE_TYPES } from '@stella-ops/engine-envelope';

/** Stands in every capsule, so that nobody needs anything of ours to check one. */
export const README_TEXT = `A decision of Stella Ops, with everything it depends on.

  decision-input.json    what was decided on: digests of the documents below, the time, the versions of the rules
  inventory.json         the packages of the image
  slice.json             the advisories that concern them, as received
  vex.json               the exploitability statements that concern them, as received
  policy.yaml            the policy pack, as written
  exceptions.json        the exceptions that were known
  verdict.json           the answer, with its reasons
  verdict.sigstore.json  signature over the verdict and the image, with its proof of logging
  manifest.sigstore.json signature over manifest.json, and by its digests over every file, with its proof of logging

Get the public key of the signer (signer.pub) from the signer, not from whoever gave you this file. What is in here
cannot vouch for itself, this text and verify.sh included; both only save you typing.

With Stella Ops: verifies everything, and decides again from the documents.

  stella capsule verify FILE --trusted-root trusted-root.json
  stella capsule replay FILE --trusted-root trusted-root.json

With cosign: signature, and with the trusted root of the log its proof.

  cosign verify-blob-attestation --key signer.pub --bundle verdict.sigstore.json \\
    --type ${PREDICATE_TYPES.verdict} --trusted-root log-root.json verdict.json
  cosign verify-blob-attestation --key signer.pub --bundle manifest.sigstore.json \\
    --type ${PREDICATE_TYPES.manifest} --trusted-root log-root.json manifest.json

With sha256sum and openssl: digests and signatures, not the proofs of the log.

  sh verify.sh signer.pub
`;

export const VERIFY_SH = `#!/bin/sh
# Checks the digests of all files and both signatures with sha256sum and openssl. Usage: sh verify.sh signer.pub
set -eu
key=\${1:?usage: sh verify.sh signer.pub}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tail -n +2 checksums.txt | sha256sum -c --quiet -

for name in manifest verdict; do
  bundle=$name.sigstore.json
  sed 's/.*"payload":"\\([^"]*\\)".*/\\1/' "$bundle" | tr -d '\\n' | openssl base64 -d -A > "$work/statement"
  sed 's/.*"dsseEnvelope":.*"sig":"\\([^"]*\\)".*/\\1/' "$bundle" | tr -d '\\n' | openssl base64 -d -A > "$work/signature"
  # What is signed is the pre-authentication encoding of DSSE v1.
  printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < "$work/statement")" > "$work/signed"
  cat "$work/statement" >> "$work/signed"
  if openssl pkey -pubin -in "$key" -noout -text | grep -q ED25519; then
    openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/signed" -sigfile "$work/signature" > "$work/answer"
  else
    openssl dgst -sha256 -verify "$key" -signature "$work/signature" "$work/signed" > "$work/answer"
  fi
  digest=$(sha256sum "$name.json" | cut -d ' ' -f 1)
  grep -q "{\\"digest\\":{\\"sha256\\":\\"$digest\\"},\\"name\\":\\"$name.json\\"}" "$work/statement" || {
    echo "$bundle does not speak of $name.json" >&2
    exit 1
  }
  echo "$name.json: digest and signature are right"
done
`;
