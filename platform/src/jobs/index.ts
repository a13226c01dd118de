export { type AnyJob, defineJob, type Job, type JobContext, type JobDefinition } from './job.ts';
export { type EnqueueOptions, type Jobs, type JobsOptions, openJobs } from './open-jobs.ts';
