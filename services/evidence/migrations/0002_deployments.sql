-- Ends of deployments leave evidence, too. A deployment that was resumed ends more than once: its states carry the time.
alter table evidence.packet drop constraint packet_kind_check;
alter table evidence.packet add constraint packet_kind_check check (kind in ('decision', 'promotion', 'deployment'));
