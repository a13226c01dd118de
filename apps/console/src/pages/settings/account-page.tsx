import '../common/layout.css';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useApi, useCommand } from '../../api/index.ts';
import { Columns, Form, KeyValue, Loaded, Notice, Page, Section, TextField } from '../../ui/index.ts';
import { counted, listed } from '../common/words.ts';
import { ScopeDetails } from './scope-list.tsx';
import { NewPasswordField, passwordFault } from './dialogs/account-fields.tsx';

export function Component() {
  const me = useApi(AUTHORITY_ROUTES.whoami, {});
  const who = me.data?.body;
  return (
    <Page
      title="Your account"
      sentence={
        who === undefined
          ? undefined
          : `You are ${who.name} in the tenant ${who.tenant.name}, ${who.roles.length === 0 ? 'without a role' : `as ${listed(who.roles)}`}.`
      }
      command="stella whoami"
      asOfMs={me.data?.asOfMs}
    >
      <Columns>
        <ChangePassword />
        <Section title="What you may do" sentence="Roles grant permissions; an administrator gives roles.">
          <Loaded query={me}>
            {({ body }) => (
              <div className="stack">
                <KeyValue
                  rows={[
                    ['User name', body.name],
                    ['Tenant', body.tenant.name],
                    ['Roles', body.roles.length === 0 ? 'None' : listed(body.roles)],
                    ['Permissions', counted(body.scopes.length, 'permission')],
                  ]}
                />
                <ScopeDetails summary="What each of them allows" scopes={body.scopes} />
              </div>
            )}
          </Loaded>
        </Section>
      </Columns>
    </Page>
  );
}

function ChangePassword() {
  const [present, setPresent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [isTried, setTried] = useState(false);
  const change = useCommand(AUTHORITY_ROUTES.changePassword);
  const presentFault = present === '' ? 'Give the password that you sign in with now.' : undefined;
  const newFault = passwordFault(password);
  const againFault = again === password ? undefined : 'The two are not the same.';
  const told =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      if (change.isSuccess) change.reset();
      set(value);
    };
  return (
    <Section title="Change password" sentence="Your other sessions end; this one goes on.">
      <Form
        error={change.error}
        onSubmit={() => {
          setTried(true);
          if (presentFault !== undefined || newFault !== undefined || againFault !== undefined) return;
          change.mutate(
            { body: { present, password } },
            {
              onSuccess: () => {
                setTried(false);
                for (const set of [setPresent, setPassword, setAgain]) set('');
              },
            },
          );
        }}
        verb="Change password"
        isPending={change.isPending}
      >
        {change.isSuccess ? (
          <Notice tone="good" icon="check">
            The password is changed. Other sessions have ended.
          </Notice>
        ) : null}
        <TextField
          label="Present password"
          type="password"
          autoComplete="current-password"
          value={present}
          onChange={told(setPresent)}
          isRequired
          maxLength={200}
          error={isTried ? presentFault : undefined}
        />
        <NewPasswordField value={password} onChange={told(setPassword)} isTried={isTried} />
        <TextField
          label="New password again"
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={told(setAgain)}
          isRequired
          maxLength={200}
          error={isTried ? againFault : undefined}
        />
      </Form>
    </Section>
  );
}
