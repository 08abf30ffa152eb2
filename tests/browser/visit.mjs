// A user with Chromium, who opens a login page, presses a button, and looks at the page that this ends at.
//
//     node visit.mjs CHROMIUM URL BUTTON FOLDER
//
// Writes what the user sees, and what Chromium complains of, to FOLDER/visit.json; and screenshots of both pages.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const [executablePath, url, button, folder] = process.argv.slice(2);
const screens = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

async function photograph(page, name) {
    for (const [device, size] of Object.entries(screens)) {
        for (const colorScheme of ['light', 'dark']) {
            await page.setViewportSize(size);
            await page.emulateMedia({ colorScheme });
            await page.screenshot({ path: join(folder, `${name}-${device}-${colorScheme}.png`) });
        }
    }
}

const browser = await chromium.launch({
    executablePath,
    args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
    ],
});
const page = await browser.newPage();
const complaints = [];
page.on('console', (message) => complaints.push(`${message.location().url}: ${message.text()}`));
page.on('pageerror', (error) => complaints.push(`${error}`));
page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure().errorText}`));

await page.goto(url);
await photograph(page, 'consent');
await page.getByRole('button', { name: button, exact: true }).click();
await page.waitForURL('http://127.0.0.1:*/callback?*');
await photograph(page, 'end');
const visit = {
    url: page.url(),
    title: await page.title(),
    text: await page.innerText('body'),
    html: await page.content(),
    widerThanPhone: await page.evaluate('document.documentElement.scrollWidth > innerWidth'),
    complaints,
};
await browser.close();
writeFileSync(join(folder, 'visit.json'), JSON.stringify(visit));
