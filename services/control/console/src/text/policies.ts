/** What a site's settings mean, in words for those who are not its engineers. */

export const REGISTRATIONS = [
  { value: 'invitation', name: 'Only people with an invitation', says: 'You send each person a link or a code. Right for most organizations.' },
  { value: 'provider', name: 'Only people who sign in with your organization’s account', says: 'At your sign-in provider, as Entra ID, Okta or Keycloak. They need no invitation.' },
  { value: 'invitation_or_provider', name: 'People with an invitation, or who sign in with your organization’s account', says: 'Your own people sign in; guests are invited.' },
  { value: 'certificate', name: 'Only people with a certificate of your organization’s', says: 'Their devices show a client certificate that one of your authorities issued: give those below, under “Signing in”. Their clients must be able to.' },
  { value: 'open', name: 'Anybody who knows the address', says: 'Nobody checks who registers. Right for a trial, or within a closed network.' },
  { value: 'closed', name: 'Nobody', says: 'Those who are members stay members; nobody new can join.' },
]

/** Whether an invitation is a way in. */
export const takesInvitations = (registration: unknown) => registration === 'invitation' || registration === 'invitation_or_provider'

/** Whether one of the organization's sign-in providers is a way in. */
export const takesProviders = (registration: unknown) => registration === 'provider' || registration === 'invitation_or_provider'

/** Whether there may be members who sign in now and then: those whom a provider let in. */
export const canSignInAgain = (registration: unknown) => takesProviders(registration) || registration === 'closed'

const CONFLICTS = [
  { value: 'evict', name: 'The new connection replaces the old one', says: 'Most often it is the same device after a change of network. Recommended.' },
  { value: 'refuse', name: 'The new connection is refused', says: 'The device must wait until the old connection has ended, which can take minutes.' },
]

const LOOKALIKES = [
  { value: 'refused', name: 'A name that looks like another’s is refused', says: 'Neither in another letter case, nor with letters that look the same. Recommended.' },
  { value: 'allowed', name: 'Names may look alike', says: 'Somebody can then be mistaken for another. Those whom it concerns must know each other otherwise.' },
]

/** Settings with a few values, each with its words. */
export const CHOICES = [
  { key: 'registration', asks: 'Who may register?', choices: REGISTRATIONS },
  { key: 'login_conflict', asks: 'When a device connects a second time?', choices: CONFLICTS },
  { key: 'lookalikes', asks: 'May a name look like another’s?', choices: LOOKALIKES },
]

export type Policy = {
  key: string
  /** The question that it answers. */
  asks: string
  says: string
  kind: 'number' | 'size' | 'text' | 'lines'
  /** What is counted. */
  unit?: string
  /** Bounds of the number, or of the text's letters. */
  least: number
  most: number
  /** The limit of the plan that it cannot go beyond. */
  plan?: 'message_octets_max' | 'members_max' | 'nodes_per_member_max' | 'queued_octets_max' | 'messages_per_day_max'
}

export type PolicyGroup = { title: string; policies: Policy[] }

const MESSAGES: Policy[] = [
  {
    key: 'message_octets_max', asks: 'How large may a message be?', kind: 'size', least: 1, most: 2 ** 46, plan: 'message_octets_max',
    says: 'Attachments included. Larger messages are refused when they are sent.',
  },
  {
    key: 'queued_messages_max', asks: 'How many messages may wait for a device that is away?', kind: 'number', unit: 'messages', least: 1, most: 10_000_000,
    says: 'When it is full, senders are told that the receiver cannot take more.',
  },
  {
    key: 'queued_octets_max', asks: 'How much may wait for a device that is away?', kind: 'size', least: 1, most: 2 ** 50, plan: 'queued_octets_max',
    says: 'The same limit, by size.',
  },
  {
    key: 'messages_per_day_max', asks: 'How many messages may members send in a day?', kind: 'number', unit: 'messages', least: 1, most: 100_000_000_000, plan: 'messages_per_day_max',
    says: 'All of them together. Days begin at midnight UTC. Beyond it, senders are told that the site has sent its messages of the day.',
  },
  {
    key: 'retention_days', asks: 'How long may a message wait for a device that is away?', kind: 'number', unit: 'days', least: 1, most: 3650,
    says: 'Then it is removed, and its sender is told where nobody got it.',
  },
]

const MEMBERS: Policy[] = [
  {
    key: 'members_max', asks: 'How many members may there be?', kind: 'number', unit: 'members', least: 1, most: 10_000_000, plan: 'members_max',
    says: 'When there are so many, nobody else can register. Members who are there stay.',
  },
  {
    key: 'open_registrations_per_hour_max', asks: 'How many people may register in an hour, where anybody may?', kind: 'number', unit: 'an hour', least: 1, most: 1_000_000,
    says: 'Counts only where anybody who knows the address may register. Beyond it, people are refused and may try again later. People with an invitation, an account or a certificate are not held up.',
  },
  {
    key: 'nodes_per_member_max', asks: 'How many devices may a member have?', kind: 'number', unit: 'devices', least: 1, most: 100, plan: 'nodes_per_member_max',
    says: 'Every device receives every message.',
  },
  {
    key: 'name_octets_min', asks: 'How short may an alias be?', kind: 'number', unit: 'bytes', least: 1, most: 1000,
    says: 'Members find each other by alias. Short ones are easily guessed.',
  },
  {
    key: 'name_octets_max', asks: 'How long may an alias be?', kind: 'number', unit: 'bytes', least: 1, most: 1000,
    says: 'A letter takes one byte, or up to four in scripts other than Latin.',
  },
]

const TECHNICAL: Policy[] = [
  {
    key: 'requests_per_second_max', asks: 'How many requests a second may a device send?', kind: 'number', unit: 'a second', least: 1, most: 1_000_000,
    says: 'Faster devices are slowed down, not cut off.',
  },
  {
    key: 'links_per_member_max', asks: 'How many connections may a member have?', kind: 'number', unit: 'connections', least: 1, most: 10_000,
    says: 'At one time, over all devices.',
  },
  {
    key: 'header_octets_max', asks: 'How large may the head of a request be?', kind: 'number', unit: 'bytes', least: 1024, most: 65_535,
    says: 'Bounds the number of people that one message can name.',
  },
]

const SIGN_IN: Policy[] = [
  {
    key: 'client_authorities', asks: 'Whose certificates let people register?', kind: 'lines', least: 0, most: 32_768,
    says: 'Certificates of your organization’s authorities (PEM), one below the other. They count where only people with a certificate may register.',
  },
  {
    key: 'sign_in_redirect', asks: 'Where does a client wait for the end of a sign-in?', kind: 'text', least: 1, most: 1000,
    says: 'An address of the member’s own machine, where the browser hands the answer to the client. Leave it, unless your clients use another one.',
  },
]

export const POLICY_GROUPS: PolicyGroup[] = [
  { title: 'Messages', policies: MESSAGES },
  { title: 'Members and their devices', policies: MEMBERS },
  { title: 'Signing in', policies: SIGN_IN },
  { title: 'Technical limits', policies: TECHNICAL },
]

/** Asked where providers let people in, or did. */
export const AGAIN = {
  key: 'sign_in_again_days', asks: 'After how many days do people sign in again?', kind: 'number', unit: 'days', least: 0, most: 3650,
  says: '0 is never. For people whom a sign-in provider let in: when the time is over, a device gets back in by a new sign-in of its member. Guests with an invitation are not asked, unless only providers let people in. Clients must be able to: one that cannot sign in again stays outside.',
} satisfies Policy

/** The question that a site's `providers` answers. */
export const VOUCHERS = 'Which sign-in providers let people in?'

/** Settings that have words here; others are shown by name. */
export const KNOWN = new Set(['providers', ...[...CHOICES, AGAIN, ...POLICY_GROUPS.flatMap(({ policies }) => policies)].map(({ key }) => key)])

export const registrationName = (value: unknown) =>
  REGISTRATIONS.find((one) => one.value === value)?.name ?? String(value)
