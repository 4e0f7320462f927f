/** What the page can do beyond reading, if scripts run: a time cursor through all curves at once, hashes that copy at
 *  a key, and a tree that opens whole. Without it everything is still there to read. */

export const SCRIPT = `
'use strict';
(() => {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // Curves: one cursor for all plots of one clock.
  const groups = all('.multiples').map((group) => ({
    group,
    unit: group.dataset.unit,
    plots: all('.plot', group).map((plot) => {
      const rule = document.createElement('i');
      rule.className = 'cursor';
      rule.hidden = true;
      plot.append(rule);
      const lines = new Map(all('[data-points]', plot).map((line) =>
        [line.dataset.name, line.dataset.points.split(' ').map((pair) => pair.split(':').map(Number))]));
      const outputs = all('output[data-name]', plot.closest('.multiple')).map((output) =>
        ({ output, final: output.textContent, points: lines.get(output.dataset.name) || [] }));
      return { plot, rule, outputs };
    }),
  }));
  const control = document.querySelector('.cursor-control');
  const slider = control && control.querySelector('input');
  const told = control && control.querySelector('output');

  function nearest(points, x) {
    let best;
    for (const point of points) if (!best || Math.abs(point[0] - x) < Math.abs(best[0] - x)) best = point;
    return best && (x <= points[points.length - 1][0] + 1e-9 || best === points[points.length - 1]) ? best[1] : undefined;
  }
  function figure(share) {
    return share === undefined ? '–' : share === 1 ? '100' : Math.min(share * 100, 99.99).toFixed(share >= 0.9995 ? 2 : 1);
  }
  function look(share) {
    const end = share === undefined || share >= 1;
    for (const { plots, unit, group } of groups) {
      for (const { plot, rule, outputs } of plots) {
        const x = Number(plot.dataset.min) + (Number(plot.dataset.max) - Number(plot.dataset.min)) * (share || 0);
        rule.hidden = end;
        rule.style.left = (share || 0) * 100 + '%';
        for (const { output, final, points } of outputs) output.textContent = end ? final : figure(nearest(points, x));
        if (told && group.offsetParent !== null) told.textContent = end ? 'the end' : (unit === 's' ? x.toFixed(1) + ' s' : 'step ' + Math.round(x));
      }
    }
    if (slider) {
      slider.value = String(end ? 1000 : Math.round(share * 1000));
      slider.setAttribute('aria-valuetext', told ? told.textContent : '');
    }
  }
  if (control && slider) {
    control.hidden = false;
    slider.addEventListener('input', () => look(Number(slider.value) / 1000));
    all('input[name=axis]').forEach((radio) => radio.addEventListener('change', () => look(Number(slider.value) / 1000)));
    for (const { plots } of groups) for (const { plot } of plots) {
      plot.addEventListener('pointermove', (event) => {
        const box = plot.getBoundingClientRect();
        look(Math.min(0.9999, Math.max(0, (event.clientX - box.left) / box.width)));
      });
      plot.addEventListener('pointerleave', () => look(undefined));
    }
    look(undefined);
  }

  // Hashes: a click or Enter copies the whole.
  const status = document.getElementById('copied');
  for (const hash of all('.hash')) {
    hash.tabIndex = 0;
    hash.setAttribute('role', 'button');
    hash.setAttribute('aria-label', 'copy ' + hash.dataset.copy.slice(0, 8));
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(hash.dataset.copy);
        hash.classList.add('copied');
        setTimeout(() => hash.classList.remove('copied'), 1200);
        if (status) status.textContent = 'copied ' + hash.dataset.copy.slice(0, 8);
      } catch {
        getSelection().selectAllChildren(hash);
      }
    };
    hash.addEventListener('click', copy);
    hash.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); copy(); }
    });
  }

  // The tree: open or close all.
  const tree = document.querySelector('.tree');
  if (tree && tree.querySelector('details')) {
    const button = document.createElement('button');
    button.type = 'button';
    const closed = () => all('details:not([open])', tree).length > 0;
    const name = () => { button.textContent = closed() ? 'Open all' : 'Close all'; };
    button.addEventListener('click', () => {
      const open = closed();
      all('details', tree).forEach((one, i) => { one.open = open || i === 0; });
      name();
    });
    tree.addEventListener('toggle', name, true);
    name();
    tree.previousElementSibling.before(button);
  }
  // On paper nothing can be opened any more.
  addEventListener('beforeprint', () => all('details').forEach((one) => { one.open = true; }));
})();
`;
