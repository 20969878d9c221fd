// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import { Root } from './app.tsx';

const place = document.getElementById('app');
if (place) {
  render(<Root />, place);
}
