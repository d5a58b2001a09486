/**
 * The caregiver's page: Stop, and an alarm by colour, words and sound when the robot was stopped or its Stop process no longer answers.
 * One file without anything else, served by the Stop process itself, so that it works while everything else is down.
 */
export const caregiverPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>efferent: caregiver</title>
<style>
  :root { color-scheme: light dark; font: 20px/1.4 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1.2rem; padding: 1rem; box-sizing: border-box; text-align: center; background: #f4f6f5; color: #14201c; }
  body[data-state=alarm] { background: #b81f1f; color: #fff; }
  h1 { margin: 0; font-size: 2rem; }
  p { margin: 0; max-width: 32rem; }
  button { font: inherit; font-weight: 600; padding: 1rem 2rem; border: 2px solid; border-radius: 12px; cursor: pointer; background: #fff; color: #14201c; }
  #stop { background: #d92d2d; color: #fff; font-size: 2.2rem; padding: 2rem; }
  [hidden] { display: none; }
  @media (prefers-color-scheme: dark) { body { background: #101614; color: #e8efec; } }
</style>
<body data-state="alarm">
<h1 id="title" role="status">Connecting</h1>
<p id="reason" role="alert">No word from the robot yet.</p>
<button id="stop" type="button">STOP</button>
<button id="resume" type="button" hidden>Resume</button>
<button id="quiet" type="button" hidden>I have heard it</button>
<button id="sound" type="button">The alarm is silent: turn the sound on</button>
<p id="beat"></p>
<script>
  const silenceMs = 1500;
  const beatMs = 500;
  const byId = (id) => document.getElementById(id);
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const query = token === '' ? '' : '?token=' + encodeURIComponent(token);
  let state;
  let lastMs = -Infinity;
  let heard = '';
  let audio;
  let events;

  const post = (path) =>
    fetch(path + query, { method: 'POST', signal: AbortSignal.timeout(3000) })
      .then((answer) => (answer.ok && path !== '/caregiver/beat' ? answer.json().then(onState) : undefined))
      .catch(() => draw());

  function onState(now) {
    lastMs = performance.now();
    state = now;
    draw();
  }

  function listen() {
    events?.close();
    events = new EventSource('/events' + query);
    events.onmessage = ({ data }) => onState(JSON.parse(data));
  }

  function alarmNow() {
    if (performance.now() - lastMs > silenceMs) return ['No heartbeat', 'The Stop process does not answer. The robot stands still without it; look after the person.'];
    return state.stopped ? ['Stopped', state.reason] : undefined;
  }

  function draw() {
    const alarm = alarmNow();
    const text = alarm?.join(': ') ?? '';
    if (alarm === undefined) heard = '';
    document.body.dataset.state = alarm === undefined ? 'well' : 'alarm';
    const [title, reason] = alarm ?? ['All is well', 'The robot may move. Press STOP at any time.'];
    if (byId('title').textContent !== title) byId('title').textContent = title;
    if (byId('reason').textContent !== reason) byId('reason').textContent = reason;
    document.title = title + ' - efferent';
    byId('resume').hidden = state?.stopped !== true;
    byId('quiet').hidden = alarm === undefined || text === heard || audio === undefined;
    return alarm !== undefined && text !== heard;
  }

  function ring() {
    if (audio === undefined || audio.state !== 'running') return;
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.frequency.value = 880;
    loudness.gain.value = 0.3;
    tone.connect(loudness).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.25);
  }

  byId('stop').onclick = () => post('/stop');
  byId('resume').onclick = () => post('/caregiver/beat').then(() => post('/resume'));
  byId('quiet').onclick = () => { heard = alarmNow()?.join(': ') ?? ''; draw(); };
  byId('sound').onclick = () => {
    audio ??= new AudioContext();
    audio.resume().then(() => { byId('sound').hidden = true; ring(); });
  };
  addEventListener('keydown', (event) => {
    if (event.code !== 'Space' || event.repeat) return;
    event.preventDefault();
    post('/stop');
  }, { capture: true });
  setInterval(() => {
    if (draw()) ring();
    if (events.readyState === EventSource.CLOSED) listen();
    post('/caregiver/beat');
    const age = performance.now() - lastMs;
    byId('beat').textContent = Number.isFinite(age) ? 'Last heartbeat ' + (age / 1000).toFixed(1) + ' s ago' : '';
  }, beatMs);
  listen();
  post('/caregiver/beat');
</script>
</body>
</html>
`;
