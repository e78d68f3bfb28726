package org.yinxin.conformance;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.Signature;
import java.time.Instant;
import java.util.Date;
import javax.imageio.ImageIO;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.ofdrw.gm.ses.v1.SES_ESPictrueInfo;
import org.ofdrw.gm.ses.v1.SES_Header;
import org.ofdrw.gm.ses.v1.SES_SignInfo;
import org.ofdrw.gm.ses.v4.CertInfoList;
import org.ofdrw.gm.ses.v4.SES_CertList;
import org.yinxin.conformance.TestKeys.Holder;

/** Seals as ofdrw's structures make them, for one who may seal. */
final class TestSeals {
    private static final Date FROM = Date.from(Instant.parse("2025-06-01T00:00:00Z"));

    private TestSeals() {}

    /** A seal of GB/T 38540-2020: the maker signs what it says. */
    static org.ofdrw.gm.ses.v4.SESeal version4(Holder signer, Date to) throws Exception {
        Holder maker = TestKeys.of("maker");
        var property = new org.ofdrw.gm.ses.v4.SES_ESPropertyInfo()
                .setType(new ASN1Integer(1))
                .setName(new DERUTF8String("示例单位公章"))
                .setCertListType(org.ofdrw.gm.ses.v4.SES_ESPropertyInfo.CertListType)
                .setCertList(new SES_CertList(
                        new CertInfoList(new ASN1OctetString[] {new DEROctetString(signer.cert().getEncoded())})))
                .setCreateDate(new ASN1GeneralizedTime(FROM))
                .setValidStart(new ASN1GeneralizedTime(FROM))
                .setValidEnd(new ASN1GeneralizedTime(to));
        var info = new org.ofdrw.gm.ses.v4.SES_SealInfo()
                .setHeader(new SES_Header().setVersion(4).setVid("OFDRW"))
                .setEsID("35010000000001")
                .setProperty(property)
                .setPicture(picture());
        return new org.ofdrw.gm.ses.v4.SESeal(
                info,
                new DEROctetString(maker.cert().getEncoded()),
                GMObjectIdentifiers.sm2sign_with_sm3,
                new DERBitString(sign(maker, info.getEncoded("DER"))));
    }

    /** A seal of GM/T 0031-2014: the maker signs certificate and algorithm too. */
    static org.ofdrw.gm.ses.v1.SESeal version1(Holder signer, Date to) throws Exception {
        Holder maker = TestKeys.of("maker");
        var property = new org.ofdrw.gm.ses.v1.SES_ESPropertyInfo()
                .setType(1)
                .setName("示例单位公章")
                .setCertList(new DERSequence(new DEROctetString(signer.cert().getEncoded())))
                .setCreateDate(new ASN1UTCTime(FROM))
                .setValidStart(new ASN1UTCTime(FROM))
                .setValidEnd(new ASN1UTCTime(to));
        var info = new org.ofdrw.gm.ses.v1.SES_SealInfo()
                .setHeader(new SES_Header().setVersion(1).setVid("OFDRW"))
                .setEsID("35010000000002")
                .setProperty(property)
                .setPicture(picture());
        ASN1EncodableVector signed = new ASN1EncodableVector(3);
        signed.add(info);
        signed.add(new DEROctetString(maker.cert().getEncoded()));
        signed.add(GMObjectIdentifiers.sm2sign_with_sm3);
        return new org.ofdrw.gm.ses.v1.SESeal(
                info,
                new SES_SignInfo()
                        .setCert(new DEROctetString(maker.cert().getEncoded()))
                        .setSignatureAlgorithm(GMObjectIdentifiers.sm2sign_with_sm3)
                        .setSignData(sign(maker, new DERSequence(signed).getEncoded("DER"))));
    }

    private static byte[] sign(Holder by, byte[] data) throws Exception {
        Signature signature = Signature.getInstance("SM3withSM2", TestKeys.BC);
        signature.initSign(by.key());
        signature.update(data);
        return signature.sign();
    }

    private static SES_ESPictrueInfo picture() throws IOException {
        BufferedImage image = new BufferedImage(200, 200, BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.RED);
        g.setStroke(new BasicStroke(8));
        g.drawOval(10, 10, 180, 180);
        g.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return new SES_ESPictrueInfo()
                .setType("png")
                .setData(out.toByteArray())
                .setWidth(40)
                .setHeight(40);
    }
}
