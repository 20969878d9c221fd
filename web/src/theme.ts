// SPDX-License-Identifier: Apache-2.0
// Before anything is painted: the chosen theme and language, so that nothing flashes. Without a choice the system's theme holds.

try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
  const lang = localStorage.getItem('lang') ?? (navigator.language.toLowerCase().startsWith('vi') ? 'vi' : 'en');
  document.documentElement.lang = lang === 'vi' ? 'vi' : 'en';
} catch {
  // No storage here: the system's theme, and English.
}
