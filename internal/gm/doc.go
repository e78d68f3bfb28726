// Package gm is the platform's use of the Chinese commercial cryptography
// (商用密码): SM3 digests, SM4-GCM encryption, SM2 signatures and
// certificates, and the key store that owns every secret of an installation.
//
// It guarantees that a private key never leaves a KeyStore: no method returns
// one, and at rest each is encrypted under the master key. It does not protect
// against someone who holds both the key folder and the database; that is
// what a hardware device behind the same methods is for.
package gm
