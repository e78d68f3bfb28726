// Package demo holds the demonstration city: the units of Fuzhou in five levels, license types with their
// fields and faces, matters with their bindings, and three hundred invented holders with their licenses.
//
// Nothing in it can be taken for real. Names of units and firms say 演示; the organization code inside every
// credit code begins with YX, which no real body has; every citizen number begins with 350199, a region code
// that was never given to a county, so it belongs to nobody; phone numbers begin with 100. Region names are
// real. All of it is derived from readable files in data/ and a seed: the same seed and day give the same city.
package demo
