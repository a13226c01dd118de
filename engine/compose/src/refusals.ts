/** Members of the Compose specification that are known and not carried out, with the reason as the end of a sentence. */
export const TOP_REFUSALS: Readonly<Record<string, string>> = {
  version: 'it has had no meaning since Compose V2',
  configs: 'mount a volume or an absolute path of the host',
  secrets: 'mount a file of the host read-only',
  include: 'one template is one document',
  models: 'only containers are deployed',
};

export const SERVICE_REFUSALS: Readonly<Record<string, string>> = {
  build: 'images come from releases by digest',
  pull_policy: 'images are pulled by digest when the host lacks them',
  platform: 'the platform is that of the target',
  env_file: 'files beside the template are not on the host; write "environment"',
  extends: 'one template is one document',
  profiles: 'every service of the template runs',
  scale: 'one container of a service runs on each target',
  configs: 'mount a volume or an absolute path of the host',
  secrets: 'mount a file of the host read-only',
  privileged: 'a container that owns its host cannot be held to a plan; add single capabilities with "cap_add"',
  pid: 'containers have process spaces of their own',
  ipc: 'containers have memory of their own',
  devices: 'devices of the host are not handed out',
  links: 'services find each other by name in a network',
  external_links: 'services find each other by name in a network',
  volumes_from: 'name the volume in each service that uses it',
  post_start: 'hooks run on script targets only',
  pre_stop: 'hooks run on script targets only',
  mem_limit: 'write "deploy.resources.limits.memory"',
  cpus: 'write "deploy.resources.limits.cpus"',
  develop: 'a deployment is not a place to develop',
};

export const DEPLOY_REFUSALS: Readonly<Record<string, string>> = {
  replicas: 'one container of a service runs on each target',
  mode: 'one container of a service runs on each target',
  update_config: 'the order follows from ports, names and volumes; batches are set at the environment',
  rollback_config: 'what failed is always undone',
  restart_policy: 'write "restart"',
  placement: 'targets are chosen by the environment',
  labels: 'write "labels" of the service',
};

export const HEALTHCHECK_REFUSALS: Readonly<Record<string, string>> = {
  start_interval: 'older engines do not know it',
};

export const DEPENDS_REFUSALS: Readonly<Record<string, string>> = {
  restart: 'services are replaced one by one',
  required: 'every service of the template runs',
};
