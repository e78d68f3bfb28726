// Package arch holds no code, only tests that keep the shape of the others: who may import whom, who may
// touch a dependency, who may hold a license body, how long files and functions grow, and that
// docs/requirements.md and docs/dependencies.md speak of what is there.
//
// A test here fails with the sentence of the rule that is broken. To change a rule, write down why in
// docs/adr first.
package arch
