// Large photos are made smaller before they are sent: window.frontdeskPhotos.smaller(file).
"use strict";

(() => {
  const LONG_SIDE = 2400; // pixels; the server keeps 2000
  const SMALL = 1_500_000; // bytes; a smaller file goes as it is

  /** Return a smaller JPEG of a large photo; whatever this browser cannot open goes as it is, and the server decides. */
  async function smaller(file) {
    if (file.size < SMALL || !file.type.startsWith("image/")) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const ratio = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * ratio);
      canvas.height = Math.round(picture.height * ratio);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "white";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
      return made && made.size < file.size ? new File([made], "card.jpg", { type: "image/jpeg" }) : file;
    } catch {
      return file;
    }
  }

  window.frontdeskPhotos = { smaller };
})();
