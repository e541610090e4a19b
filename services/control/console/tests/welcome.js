// The way in of a person who was invited.
import assert from 'node:assert/strict'

export const PASSWORD = 'four words nobody guesses'

/** Invites a person as the operator does, and opens the link as that person. */
export const invitedBy = (visit) => async (org, email, role = 'Owner') => {
  const operator = await visit(`orgs/${org.id}/people`)
  await operator.getByRole('button', { name: 'Invite a person' }).first().click()
  await operator.getByLabel('E-mail address').fill(email)
  await operator.getByRole('radio', { name: new RegExp(`^${role}`) }).check()
  await operator.getByRole('button', { name: 'Invite', exact: true }).click()
  const link = await operator.locator('dialog code').innerText()
  const page = await visit(link, { key: null })
  await page.getByText(`help administer ${org.name}`).waitFor()
  return { page, link }
}

/** The same, and the person sets a password and is in. */
export const welcomeBy = (visit) => async (org, email, role) => {
  const invited = await invitedBy(visit)(org, email, role)
  const { page } = invited
  assert.equal(new URL(page.url()).hash, '#/welcome', 'the token is out of the address bar')
  await page.getByLabel('Your name').fill('Ann Ames')
  await page.getByLabel('New password').fill('too short')
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await page.getByText('10 letters or more.', { exact: true }).waitFor()
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await page.getByRole('navigation').waitFor()
  return invited
}
