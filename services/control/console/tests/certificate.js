// Certificates as `tmtpd certificate` makes them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One for these hosts that nobody else issued: { chain, key }, both PEM. */
export function makeCertificate(hosts) {
  const folder = mkdtempSync(join(tmpdir(), 'tmtp-console-certificate-'))
  const named = hosts.flatMap((host) => ['--host', host])
  execFileSync(process.env.TMTPD_BIN, ['certificate', ...named, '--out', folder], { stdio: 'ignore' })
  const read = (end) => readFileSync(join(folder, `${hosts[0]}.${end}`), 'utf8')
  const made = { chain: read('pem'), key: read('key') }
  rmSync(folder, { recursive: true })
  return made
}
