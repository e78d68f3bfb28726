// Package sdf signs with keys that lie in a cryptographic device (密码机, 密码卡) behind the interface SDF of
// GM/T 0018: a shared library that the maker of the device delivers. It is opened without cgo.
//
// A key is asked for by its number and its password (私钥访问控制码). What leaves the device is its public half and
// signatures over digests; the interface has no call that would give a private key out, and this package binds none that
// makes, imports or wraps one.
//
// A device takes few sessions, each of which serves one caller at a time; a Device keeps a pool of them. A device that
// was lost (network, power) is opened again at the next signature.
package sdf
