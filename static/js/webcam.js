// The desk's camera: a live picture with the outline of a card, a shutter, and another try.
//
//   data-webcam-open       opens the dialog for the form it stands in; hidden where there is no camera to use
//   data-webcam            the dialog, with [data-webcam-video|shot|said|shutter|again|use] inside
"use strict";

(() => {
  const CARD = 85.6 / 53.98; // the shape of a card, width to height (ISO/IEC 7810 ID-1)
  const OUTLINE = 0.8; // of the picture's width; the same in intake.css
  const MARGIN = 1.1; // what is kept, as a multiple of the outline: a card that is not quite inside is whole all the same

  const dialog = document.querySelector("[data-webcam]");
  const part = (name) => dialog.querySelector(`[data-webcam-${name}]`);
  let stream = null;
  let form = null;
  let photo = null;

  if (!dialog || !navigator.mediaDevices?.getUserMedia) return;

  const WHY = {
    NotAllowedError: "The browser may not use the camera. Allow it beside the address above, then open this again.",
    NotFoundError: "This computer has no camera. Choose a picture, or use a phone.",
    NotReadableError: "Another program uses the camera. Close that, then open this again.",
  };

  function say(sentence) {
    part("said").textContent = sentence;
  }

  /** Show the live picture (no photo yet) or the photo that was taken. */
  function show(taken) {
    photo = taken;
    part("shot").hidden = !taken;
    part("video").hidden = Boolean(taken);
    part("shutter").hidden = Boolean(taken) || !stream;
    part("again").hidden = part("use").hidden = !taken;
    if (part("shot").src) URL.revokeObjectURL(part("shot").src);
    part("shot").removeAttribute("src");
    if (taken) part("shot").src = URL.createObjectURL(taken);
    (taken ? part("use") : part("shutter")).focus();
  }

  async function open(button) {
    form = button.closest("form");
    dialog.querySelector("h2").textContent = form.getAttribute("aria-label");
    dialog.showModal();
    say("Hold the card into the outline, flat and still.");
    show(null);
    try {
      const wish = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };
      const opened = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
      if (!dialog.open) return stop(opened); // closed while the browser asked
      stream = opened;
      part("video").srcObject = stream;
      await part("video").play();
      show(null);
    } catch (error) {
      say(WHY[error.name] ?? "The camera does not work. Choose a picture, or use a phone.");
    }
  }

  function stop(running) {
    for (const track of running?.getTracks() ?? []) track.stop();
  }

  /** Return what is inside the outline, with a margin, as a JPEG in the camera's own size. */
  async function take() {
    const video = part("video");
    const wide = Math.min(video.videoWidth, video.videoWidth * OUTLINE * MARGIN);
    const high = Math.min(video.videoHeight, wide / CARD);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(wide);
    canvas.height = Math.round(high);
    const left = (video.videoWidth - wide) / 2;
    const top = (video.videoHeight - high) / 2;
    canvas.getContext("2d").drawImage(video, left, top, wide, high, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
    show(new File([made], "camera.jpg", { type: "image/jpeg" }));
    say("Is every word sharp?");
  }

  function use() {
    const side = document.querySelector(`form[data-upload][action="${form.getAttribute("action")}"]`);
    const input = side.querySelector("input[type=file]");
    const files = new DataTransfer();
    files.items.add(photo);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    dialog.close();
  }

  dialog.addEventListener("close", () => {
    stop(stream);
    stream = null;
    part("video").srcObject = null;
  });

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if ("webcamOpen" in button.dataset) open(button);
    if ("webcamShutter" in button.dataset) take();
    if ("webcamAgain" in button.dataset) { show(null); say("Hold the card into the outline, flat and still."); }
    if ("webcamUse" in button.dataset) use();
  });

  document.documentElement.classList.add("has-camera"); // the buttons come again with every fragment
})();
