package org.yinxin.conformance;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.ofdrw.gm.ses.v1.SES_ESPictrueInfo;
import org.ofdrw.gm.ses.v1.SES_Header;
import org.ofdrw.gm.ses.v4.CertInfoList;
import org.ofdrw.gm.ses.v4.SES_CertList;
import org.ofdrw.gm.ses.v4.SES_ESPropertyInfo;
import org.ofdrw.gm.ses.v4.SES_SealInfo;
import org.ofdrw.gm.ses.v4.SESeal;

/** A seal of version 4 with its key, made once, for {@link Bench}. */
record BenchSeal(PrivateKey key, SESeal seal, X509Certificate cert) {
    private static final BouncyCastleProvider BC = new BouncyCastleProvider();
    private static final String SM2_SM3 = "1.2.156.10197.1.501";

    static BenchSeal make(byte[] picture) throws GeneralSecurityException, IOException, OperatorCreationException {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC", BC);
        keys.initialize(new ECGenParameterSpec("sm2p256v1"));
        Instant now = Instant.now();
        Date from = Date.from(now.minus(1, ChronoUnit.DAYS));
        Date to = Date.from(now.plus(365, ChronoUnit.DAYS));
        KeyPair maker = keys.generateKeyPair();
        KeyPair unit = keys.generateKeyPair();
        X509Certificate cert = selfSigned("CN=unit", unit, from, to);

        SES_SealInfo info = new SES_SealInfo()
                .setHeader(new SES_Header().setVersion(SES_Header.V4).setVid("OFDRW"))
                .setEsID("35010000000001")
                .setProperty(new SES_ESPropertyInfo()
                        .setType(new ASN1Integer(1))
                        .setName(new DERUTF8String("榕城市市场监督管理局电子证照专用章"))
                        .setCertListType(SES_ESPropertyInfo.CertListType)
                        .setCertList(new SES_CertList(new CertInfoList(
                                new ASN1OctetString[] {new DEROctetString(cert.getEncoded())})))
                        .setCreateDate(new ASN1GeneralizedTime(from))
                        .setValidStart(new ASN1GeneralizedTime(from))
                        .setValidEnd(new ASN1GeneralizedTime(to)))
                .setPicture(new SES_ESPictrueInfo()
                        .setType("png")
                        .setData(picture)
                        .setWidth(42)
                        .setHeight(42));
        Signature signer = Signature.getInstance("SM3withSM2", BC);
        signer.initSign(maker.getPrivate());
        signer.update(info.getEncoded("DER"));
        SESeal seal = new SESeal()
                .seteSealInfo(info)
                .setCert(selfSigned("CN=maker", maker, from, to))
                .setSignAlgID(new ASN1ObjectIdentifier(SM2_SM3))
                .setSignedValue(signer.sign());
        return new BenchSeal(unit.getPrivate(), seal, cert);
    }

    private static X509Certificate selfSigned(String name, KeyPair pair, Date from, Date to)
            throws GeneralSecurityException, OperatorCreationException {
        X500Name subject = new X500Name(name);
        return new JcaX509CertificateConverter()
                .setProvider(BC)
                .getCertificate(new JcaX509v3CertificateBuilder(
                                subject, BigInteger.ONE, from, to, subject, pair.getPublic())
                        .build(new JcaContentSignerBuilder("SM3withSM2").setProvider(BC).build(pair.getPrivate())));
    }
}
