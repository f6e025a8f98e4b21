// The entry: styles first, then everything else as it arrives.
import './style.css'

void import('./app.ts').then(({ App }) => new App().start())
