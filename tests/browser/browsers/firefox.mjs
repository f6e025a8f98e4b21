// Firefox without a screen and without traffic of its own.

import { access, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchHoming } from './homing.mjs';

/** The browser to start (overridable by TUSSOCK_FIREFOX). */
const FIREFOX = process.env.TUSSOCK_FIREFOX ?? '/usr/bin/firefox-esr';

const PREFERENCES = {
  // The first page opens the others and they close themselves.
  'dom.disable_open_during_load': false,
  'dom.popup_maximum': 1000,
  'dom.allow_scripts_to_close_windows': true,
  // Tabs of one site have processes of their own, as long as they are few.
  'dom.ipc.processCount.webIsolated': 16,
  // A browser that was killed starts as it always does.
  'browser.sessionstore.resume_from_crash': false,
  'toolkit.startup.max_resumed_crashes': -1,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.tabs.warnOnClose': false,
  'datareporting.policy.dataSubmissionPolicyBypassNotification': true,
  // No traffic of its own.
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.newtabpage.enabled': false,
  'browser.region.network.url': '',
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.search.update': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disablePrefetch': true,
  'network.prefetch-next': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
};

export const isInstalled = () => access(FIREFOX).then(() => true, () => false);

export async function launch({ userDataDir } = {}) {
  const profile = userDataDir ?? (await mkdtemp(join(tmpdir(), 'tussock-firefox-')));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, 'user.js'), lines.join(''));
  return launchHoming({
    profile,
    isKept: userDataDir !== undefined,
    command: (url) => ({
      program: FIREFOX,
      parameters: ['--headless', '--no-remote', '--profile', profile, url],
      environment: { MOZ_CRASHREPORTER_DISABLE: '1', MOZ_HEADLESS: '1' },
    }),
  });
}
