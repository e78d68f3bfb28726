import { testFlow } from './flow/flow.mjs'

testFlow('PostgreSQL')
