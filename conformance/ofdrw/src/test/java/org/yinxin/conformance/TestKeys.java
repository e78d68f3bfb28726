package org.yinxin.conformance;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECNamedCurveParameterSpec;
import org.bouncycastle.jce.spec.ECPrivateKeySpec;
import org.bouncycastle.jce.spec.ECPublicKeySpec;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Keys that are the same every time, for files that ofdrw seals. They protect nothing. */
final class TestKeys {
    static final BouncyCastleProvider BC = new BouncyCastleProvider();

    private static final Date FROM = Date.from(Instant.parse("2025-01-01T00:00:00Z"));
    private static final Date TO = Date.from(Instant.parse("2045-01-01T00:00:00Z"));

    private TestKeys() {}

    /** A name's private key and its certificate by the root. */
    record Holder(PrivateKey key, X509Certificate cert) {}

    static Holder root() throws Exception {
        return new Holder(privateKey("root"), certify("root", "root", true));
    }

    static Holder of(String name) throws Exception {
        return new Holder(privateKey(name), certify(name, "root", false));
    }

    private static BigInteger scalar(String name) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SM3", BC).digest(name.getBytes(StandardCharsets.UTF_8));
        return new BigInteger(1, digest).mod(curve().getN().subtract(BigInteger.TWO)).add(BigInteger.ONE);
    }

    private static ECNamedCurveParameterSpec curve() {
        return ECNamedCurveTable.getParameterSpec("sm2p256v1");
    }

    private static PrivateKey privateKey(String name) throws GeneralSecurityException {
        return java.security.KeyFactory.getInstance("EC", BC).generatePrivate(new ECPrivateKeySpec(scalar(name), curve()));
    }

    private static PublicKey publicKey(String name) throws GeneralSecurityException {
        return java.security.KeyFactory.getInstance("EC", BC)
                .generatePublic(new ECPublicKeySpec(curve().getG().multiply(scalar(name)).normalize(), curve()));
    }

    private static X509Certificate certify(String name, String issuer, boolean ca)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + issuer), scalar(name), FROM, TO, new X500Name("CN=" + name), publicKey(name));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        int usage = ca ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature | KeyUsage.nonRepudiation;
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        return new JcaX509CertificateConverter()
                .setProvider(BC)
                .getCertificate(builder.build(
                        new JcaContentSignerBuilder("SM3WITHSM2").setProvider(BC).build(privateKey(issuer))));
    }
}
