-- Which templates and plans do rows name? Asked before objects are removed.
create index deployment_plan on releases.deployment (tenant_id, plan_digest);
create index deployment_template on releases.deployment (tenant_id, template_digest);
create index task_plan on releases.task (tenant_id, plan_digest);
