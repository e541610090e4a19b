import { mount } from 'svelte'
import App from './App.svelte'
import { wear } from './state/theme.svelte'
import './styles/tokens.css'
import './styles/base.css'
import './styles/forms.css'
import './styles/table.css'
import './styles/layout.css'
import './styles/parts.css'

wear()
const target = document.getElementById('app')
if (target) mount(App, { target })
