import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const OCI_ERRORS = {
  OCI_REFERENCE_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Write references as registry/repository:tag or registry/repository@sha256:<64 hex digits>.',
  },
  OCI_PLATFORM_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Write platforms as os/architecture or os/architecture/variant, such as linux/arm64.',
  },
  OCI_PLATFORM_NOT_FOUND: { status: 404, exit: EXIT.notFound, hint: 'Ask for one of the platforms named.' },
  OCI_SOURCE_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Name a source as oci-dir:PATH, oci-archive:PATH, docker-archive:PATH, docker:NAME, registry:REFERENCE or dir:PATH.',
  },
  OCI_SOURCE_NOT_FOUND: { status: 404, exit: EXIT.notFound, hint: 'Check the path.' },
  OCI_NETWORK_NEEDED: {
    status: 503,
    exit: EXIT.offline,
    hint: 'Name a local source (oci-dir:, oci-archive:, docker-archive:) or allow the network.',
  },
  OCI_ENGINE_NEEDED: { status: 503, exit: EXIT.offline, hint: 'Give the address of a Docker Engine.' },
  OCI_TAG_NOT_FOUND: { status: 404, exit: EXIT.notFound, hint: 'Name one of the tags listed, or a digest.' },
  OCI_TAG_NEEDED: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'There is more than one image here: add :tag or @digest to the path.',
  },
  OCI_NOT_AN_IMAGE: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'The manifest describes something else (an artifact, an attestation, a chart); name a container image.',
  },
  OCI_MEDIA_TYPE_UNKNOWN: {
    status: 415,
    exit: EXIT.invalid,
    hint: 'OCI image and Docker schema 2 media types are read; build or convert the image to one of them.',
  },
  OCI_SCHEMA1: {
    status: 415,
    exit: EXIT.invalid,
    hint: 'Docker manifest schema 1 pins no content; push the image again with a current tool.',
  },
  OCI_MANIFEST_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Build the image again, or get it from its source.' },
  OCI_MANIFEST_AMBIGUOUS: {
    status: 422,
    exit: EXIT.verification,
    hint: 'Two readers could take this document for two different things; do not trust where it came from.',
  },
  OCI_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'No real image has documents or archives of this size.' },
  OCI_TOO_MANY_LAYERS: { status: 413, exit: EXIT.invalid, hint: 'No real image has so many layers.' },
  OCI_INDEX_TOO_DEEP: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'An index may lead to indexes only a few levels deep; this one looks made up.',
  },
  OCI_BLOB_MISSING: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'The image is not whole here; copy it again with all its blobs.',
  },
  // Content that is cut short counts as invalid input; content that was changed, as not verified.
  OCI_SIZE_MISMATCH: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'The content was cut or changed; get the image again and do not use this one.',
  },
  OCI_DIGEST_MISMATCH: {
    status: 422,
    exit: EXIT.verification,
    hint: 'The content was changed; get the image again and do not use this one.',
  },
  OCI_LAYOUT_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'An image layout holds oci-layout, index.json and blobs/.',
  },
  OCI_ARCHIVE_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Write the archive again with "docker save" or a tool that writes OCI archives.',
  },
  OCI_LAYER_FOREIGN: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'The layer may not be distributed and is not fetched; its content stays unknown.',
  },
  OCI_LAYOUT_NOT_EMPTY: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Name a new folder, an empty one, or an existing image layout.',
  },
  OCI_WRITE_FAILED: { status: 507, exit: EXIT.unexpected, hint: 'Check free space and rights of the folder.' },
  REGISTRY_UNREACHABLE: {
    status: 502,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Check the name of the registry and the way to it.',
  },
  REGISTRY_UNAVAILABLE: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The registry has a fault of its own; try again later.',
  },
  REGISTRY_BUSY: {
    status: 429,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The registry limits requests; wait, or log in for a higher limit.',
  },
  REGISTRY_UNAUTHORIZED: {
    status: 401,
    exit: EXIT.verification,
    hint: 'Log in to the registry ("docker login"), or give credentials that may do this.',
  },
  REGISTRY_DENIED: {
    status: 403,
    exit: EXIT.verification,
    hint: 'These credentials may not do this; ask the owner of the repository.',
  },
  REGISTRY_NOT_FOUND: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'Check repository and tag. Registries also answer so when a private repository needs a login.',
  },
  REGISTRY_REFUSED: { status: 422, exit: EXIT.invalid, hint: 'The registry did not take the request as it was.' },
  REGISTRY_ANSWER_INVALID: {
    status: 502,
    exit: EXIT.invalid,
    hint: 'What answers at this address does not behave like a registry.',
  },
  REGISTRY_REDIRECT_REFUSED: {
    status: 502,
    exit: EXIT.verification,
    hint: 'The registry sends elsewhere in a way that could be an attack; check the name of the registry.',
  },
  REGISTRY_CREDENTIALS_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Correct the file, or write it anew with "docker login".',
  },
} as const;

export const fail = errorFactory(OCI_ERRORS);
