// The entry: styles first, then the shell, the driver and the editor side by side.
import './style.css'

void import('./ui/editor.ts')
void import('./app.ts').then(({ App }) => new App().start())
