<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="id">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About DGX Music Studio</source>
        <translation>Tentang DGX Music Studio</translation>
    </message>
    <message>
        <source>A desktop studio where musicians turn words into music. Free, under the MIT licence.</source>
        <translation>Studio desktop tempat musisi mengubah kata menjadi musik. Bebas, berlisensi MIT.</translation>
    </message>
    <message>
        <source>Typeface: Inter, © The Inter Project Authors, SIL Open Font License.</source>
        <translation>Huruf: Inter, © The Inter Project Authors, SIL Open Font License.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Tutup</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>Versi {version}</translation>
    </message>
</context>
<context>
    <name>AudioDrop</name>
    <message>
        <source>As melody</source>
        <translation>Sebagai melodi</translation>
    </message>
    <message>
        <source>Continue it</source>
        <translation>Lanjutkan</translation>
    </message>
    <message>
        <source>Take the audio away</source>
        <translation>Buang audio ini</translation>
    </message>
    <message>
        <source>{model} cannot follow audio. Choose another model, or take it away.</source>
        <translation>{model} tidak bisa mengikuti audio. Pilih model lain, atau buang audionya.</translation>
    </message>
    <message>
        <source>{model} cannot follow a melody. Choose a melody model, or continue it.</source>
        <translation>{model} tidak bisa mengikuti melodi. Pilih model melodi, atau lanjutkan audionya.</translation>
    </message>
    <message>
        <source>{model} cannot go on from audio. Choose another model.</source>
        <translation>{model} tidak bisa melanjutkan audio. Pilih model lain.</translation>
    </message>
    <message>
        <source>Drop audio here</source>
        <translation>Letakkan audio di sini</translation>
    </message>
    <message>
        <source>as melody, or to continue it</source>
        <translation>sebagai melodi, atau untuk dilanjutkan</translation>
    </message>
    <message>
        <source>or choose a file</source>
        <translation>atau pilih berkas</translation>
    </message>
    <message>
        <source>Choose audio</source>
        <translation>Pilih audio</translation>
    </message>
    <message>
        <source>Audio ({patterns})</source>
        <translation>Audio ({patterns})</translation>
    </message>
    <message>
        <source>from its end</source>
        <translation>dari akhirnya</translation>
    </message>
    <message>
        <source>from {time}</source>
        <translation>dari {time}</translation>
    </message>
</context>
<context>
    <name>Chips</name>
    <message>
        <source>More words</source>
        <translation>Kata lain</translation>
    </message>
    <message>
        <source>Word of the prompt</source>
        <translation>Kata dalam prompt</translation>
    </message>
    <message>
        <source>Mood</source>
        <translation>Suasana</translation>
    </message>
    <message>
        <source>Genre</source>
        <translation>Genre</translation>
    </message>
    <message>
        <source>Instrument</source>
        <translation>Alat musik</translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Nada dasar</translation>
    </message>
</context>
<context>
    <name>ComposePanel</name>
    <message>
        <source>That job waits no more: this makes a new take.</source>
        <translation>Tugas itu tidak menunggu lagi: ini membuat take baru.</translation>
    </message>
    <message>
        <source>Say what you want to hear, or pick a word below.</source>
        <translation>Tulis apa yang ingin didengar, atau pilih kata di bawah.</translation>
    </message>
    <message>
        <source>Take the audio away first, or choose another model.</source>
        <translation>Buang audionya dulu, atau pilih model lain.</translation>
    </message>
    <message>
        <source>One job cannot become several: take out the braces.</source>
        <translation>Satu tugas tidak bisa menjadi beberapa: hapus kurung kurawalnya.</translation>
    </message>
    <message>
        <source>Write a time such as 0:30, or seconds</source>
        <translation>Tulis waktu seperti 0:30, atau detik</translation>
    </message>
    <message>
        <source>That text has {length} characters; a prompt has {most} at most.</source>
        <translation>Teks itu {length} karakter; prompt paling banyak {most}.</translation>
    </message>
    <message>
        <source>COMPOSE</source>
        <translation>GUBAH</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Durasi</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Take</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
</context>
<context>
    <name>Continuing</name>
    <message>
        <source>This take is as long as a take can be. Branch from an earlier moment.</source>
        <translation>Take ini sudah sepanjang yang mungkin. Buat cabang dari saat yang lebih awal.</translation>
    </message>
    <message>
        <source>{chosen} cannot go on from audio, so {model} is chosen.</source>
        <translation>{chosen} tidak bisa melanjutkan audio, jadi {model} yang dipilih.</translation>
    </message>
    <message>
        <source>No model that is here can go on from a take.</source>
        <translation>Tidak ada model di sini yang bisa melanjutkan sebuah take.</translation>
    </message>
    <message>
        <source>The smallest that can: {model}.</source>
        <translation>Yang terkecil yang bisa: {model}.</translation>
    </message>
    <message>
        <source>Show models</source>
        <translation>Tampilkan model</translation>
    </message>
    <message>
        <source>{place} does not offer {model} now.</source>
        <translation>{place} sekarang tidak menyediakan {model}.</translation>
    </message>
    <message>
        <source>{model} is not on this computer now.</source>
        <translation>{model} sekarang tidak ada di komputer ini.</translation>
    </message>
    <message>
        <source>Choose a model and a place for it in Compose.</source>
        <translation>Pilih model dan tempat untuknya di panel gubah.</translation>
    </message>
    <message>
        <source>Show in Compose</source>
        <translation>Tampilkan di panel gubah</translation>
    </message>
</context>
<context>
    <name>Diagnostics</name>
    <message>
        <source>Gathering diagnostics…</source>
        <translation>Mengumpulkan diagnostik…</translation>
    </message>
    <message>
        <source>Diagnostics are on the clipboard: paste them into your report.</source>
        <translation>Diagnostik ada di papan klip: tempelkan ke laporan Anda.</translation>
    </message>
</context>
<context>
    <name>DragHandle</name>
    <message>
        <source>Drag to DAW</source>
        <translation>Seret ke DAW</translation>
    </message>
    <message>
        <source>Drag the take into another program; press to copy its file</source>
        <translation>Seret take ke program lain; tekan untuk menyalin berkasnya</translation>
    </message>
</context>
<context>
    <name>Drops</name>
    <message>
        <source>Drop to bring back the settings of this take</source>
        <translation>Lepaskan untuk memunculkan kembali pengaturan take ini</translation>
    </message>
    <message>
        <source>Drop to see these prompts before they are queued</source>
        <translation>Lepaskan untuk melihat prompt ini sebelum masuk antrean</translation>
    </message>
</context>
<context>
    <name>Engine</name>
    <message>
        <source>must be {} or more</source>
        <translation>harus {} atau lebih</translation>
    </message>
    <message>
        <source>must be more than {}</source>
        <translation>harus lebih dari {}</translation>
    </message>
    <message>
        <source>must be {} or less</source>
        <translation>harus {} atau kurang</translation>
    </message>
    <message>
        <source>is too long: at most {} characters</source>
        <translation>terlalu panjang: paling banyak {} karakter</translation>
    </message>
    <message>
        <source>is empty</source>
        <translation>kosong</translation>
    </message>
    <message>
        <source>is missing</source>
        <translation>tidak ada</translation>
    </message>
    <message>
        <source>must be a number</source>
        <translation>harus berupa angka</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>harus bilangan bulat</translation>
    </message>
    <message>
        <source>must be one of {}</source>
        <translation>harus salah satu dari {}</translation>
    </message>
    <message>
        <source>must be text</source>
        <translation>harus berupa teks</translation>
    </message>
    <message>
        <source>must be yes or no</source>
        <translation>harus ya atau tidak</translation>
    </message>
    <message>
        <source>is not a setting of this program</source>
        <translation>bukan pengaturan program ini</translation>
    </message>
    <message>
        <source>has an invisible control character ({}) at position {}</source>
        <translation>memuat karakter kendali tak terlihat ({}) di posisi {}</translation>
    </message>
    <message>
        <source>stands for more than {} prompts; use fewer alternatives</source>
        <translation>berarti lebih dari {} prompt; kurangi pilihannya</translation>
    </message>
    <message>
        <source>stands for more than {} jobs; take a prompt list for so many</source>
        <translation>berarti lebih dari {} tugas; pakai daftar prompt untuk sebanyak itu</translation>
    </message>
    <message>
        <source>is not valid JSON, from character {} on</source>
        <translation>bukan JSON yang sah, mulai karakter {}</translation>
    </message>
    <message>
        <source>opens a quote that is not closed</source>
        <translation>membuka tanda kutip yang tidak ditutup</translation>
    </message>
    <message>
        <source>is too long for a row</source>
        <translation>terlalu panjang untuk satu baris</translation>
    </message>
    <message>
        <source>“{}” is not a text file.</source>
        <translation>“{}” bukan berkas teks.</translation>
    </message>
    <message>
        <source>“{}” cannot be read: {}.</source>
        <translation>“{}” tidak bisa dibaca: {}.</translation>
    </message>
    <message>
        <source>“{}” is too large: {} MB, at most {} MB. Split it.</source>
        <translation>“{}” terlalu besar: {} MB, paling banyak {} MB. Bagilah.</translation>
    </message>
    <message>
        <source>The text is too long: at most {} characters. Split it.</source>
        <translation>Teksnya terlalu panjang: paling banyak {} karakter. Bagilah.</translation>
    </message>
    <message>
        <source>The list is too long: at most {} rows. Split it.</source>
        <translation>Daftarnya terlalu panjang: paling banyak {} baris. Bagilah.</translation>
    </message>
    <message>
        <source>The list asks for more than {} takes. Split it.</source>
        <translation>Daftar ini meminta lebih dari {} take. Bagilah.</translation>
    </message>
    <message>
        <source>is empty in some cases</source>
        <translation>kosong pada sebagian pilihan</translation>
    </message>
    <message>
        <source>There is nothing in it: the list is empty.</source>
        <translation>Tidak ada isinya: daftarnya kosong.</translation>
    </message>
    <message>
        <source>There is no prompt in it.</source>
        <translation>Tidak ada prompt di dalamnya.</translation>
    </message>
    <message>
        <source>There is no column named prompt; found: {}</source>
        <translation>Tidak ada kolom bernama prompt; yang ada: {}</translation>
    </message>
    <message>
        <source>Column “{}” is not a setting and is left out.</source>
        <translation>Kolom “{}” bukan pengaturan dan dilewatkan.</translation>
    </message>
    <message>
        <source>Column “{}” is there twice; the first one counts.</source>
        <translation>Kolom “{}” ada dua; yang pertama yang dipakai.</translation>
    </message>
    <message>
        <source>There was not enough memory for this take.</source>
        <translation>Memori tidak cukup untuk take ini.</translation>
    </message>
    <message>
        <source>Try a shorter length, a smaller model, or one take at a time.</source>
        <translation>Coba durasi lebih pendek, model lebih kecil, atau satu take saja.</translation>
    </message>
    <message>
        <source>The music engine ended unexpectedly ({}).</source>
        <translation>Mesin musik berhenti tak terduga ({}).</translation>
    </message>
    <message>
        <source>The music engine did not answer any more ({}).</source>
        <translation>Mesin musik tidak menjawab lagi ({}).</translation>
    </message>
    <message>
        <source>Retry. If it happens again, try a shorter length or another model.</source>
        <translation>Coba lagi. Jika terulang, coba durasi lebih pendek atau model lain.</translation>
    </message>
    <message>
        <source>The model “{}” is not known here.</source>
        <translation>Model “{}” tidak dikenal di sini.</translation>
    </message>
    <message>
        <source>The model “{}” can&apos;t be used: a package is missing.</source>
        <translation>Model “{}” tidak bisa dipakai: ada paket yang kurang.</translation>
    </message>
    <message>
        <source>Choose another model.</source>
        <translation>Pilih model lain.</translation>
    </message>
    <message>
        <source>a newer audiocraft than {}</source>
        <translation>audiocraft yang lebih baru dari {}</translation>
    </message>
    <message>
        <source>the full set-up of this program, which brings torch</source>
        <translation>pemasangan lengkap program ini, yang membawa torch</translation>
    </message>
    <message>
        <source>The take that this one builds on was not made.</source>
        <translation>Take yang mendasarinya tidak jadi dibuat.</translation>
    </message>
    <message>
        <source>Retry: both are queued again.</source>
        <translation>Coba lagi: keduanya masuk antrean lagi.</translation>
    </message>
    <message>
        <source>This take is no longer in the library.</source>
        <translation>Take ini sudah tidak ada di pustaka.</translation>
    </message>
    <message>
        <source>This take has already begun, so it can&apos;t be changed any more.</source>
        <translation>Take ini sudah mulai dibuat, jadi tidak bisa diubah lagi.</translation>
    </message>
    <message>
        <source>Something unexpected went wrong.</source>
        <translation>Terjadi kesalahan tak terduga.</translation>
    </message>
    <message>
        <source>Retry, or copy the details into a report.</source>
        <translation>Coba lagi, atau salin rinciannya ke laporan.</translation>
    </message>
    <message>
        <source>Change the field and try again.</source>
        <translation>Ubah isian itu lalu coba lagi.</translation>
    </message>
    <message>
        <source>The model “{}” is not installed.</source>
        <translation>Model “{}” belum terpasang.</translation>
    </message>
    <message>
        <source>The model “{}” is not complete.</source>
        <translation>Model “{}” belum lengkap.</translation>
    </message>
    <message>
        <source>The model “{}” is damaged.</source>
        <translation>Model “{}” rusak.</translation>
    </message>
    <message>
        <source>Run: dgx-music models download {}</source>
        <translation>Jalankan: dgx-music models download {}</translation>
    </message>
    <message>
        <source>“{}” is being downloaded already.</source>
        <translation>“{}” sudah sedang diunduh.</translation>
    </message>
    <message>
        <source>Wait for it, or cancel it first.</source>
        <translation>Tunggu sampai selesai, atau batalkan dahulu.</translation>
    </message>
    <message>
        <source>“{}” needs {} GB more, and the disk that holds {} has {} GB.</source>
        <translation>“{}” masih perlu {} GB, sedangkan di disk yang memuat {} hanya ada {} GB.</translation>
    </message>
    <message>
        <source>The model hub can&apos;t be reached.</source>
        <translation>Hub model tidak dapat dihubungi.</translation>
    </message>
    <message>
        <source>The model hub does not answer.</source>
        <translation>Hub model tidak menjawab.</translation>
    </message>
    <message>
        <source>The connection to the model hub broke.</source>
        <translation>Sambungan ke hub model terputus.</translation>
    </message>
    <message>
        <source>Check the network, then try again: the download goes on where it was.</source>
        <translation>Periksa jaringan, lalu coba lagi: unduhan diteruskan dari posisi terakhir.</translation>
    </message>
    <message>
        <source>Downloads are switched off on this computer.</source>
        <translation>Unduhan dimatikan di komputer ini.</translation>
    </message>
    <message>
        <source>Start the program without HF_HUB_OFFLINE.</source>
        <translation>Jalankan program tanpa HF_HUB_OFFLINE.</translation>
    </message>
    <message>
        <source>The connection to the model hub is not safe, so nothing was downloaded.</source>
        <translation>Sambungan ke hub model tidak aman, jadi tidak ada yang diunduh.</translation>
    </message>
    <message>
        <source>Check this computer&apos;s date and time, and whether a proxy stands in between.</source>
        <translation>Periksa tanggal dan jam komputer ini, dan apakah ada proksi di antaranya.</translation>
    </message>
    <message>
        <source>The proxy between this computer and the model hub refuses.</source>
        <translation>Proksi antara komputer ini dan hub model menolak.</translation>
    </message>
    <message>
        <source>Check the proxy in the system&apos;s settings or in HTTPS_PROXY.</source>
        <translation>Periksa proksi di pengaturan sistem atau di HTTPS_PROXY.</translation>
    </message>
    <message>
        <source>“{}” is only for those whom its publisher lets in.</source>
        <translation>“{}” hanya untuk mereka yang diizinkan penerbitnya.</translation>
    </message>
    <message>
        <source>Ask for access on the model&apos;s page, then sign in: hf auth login</source>
        <translation>Mintalah akses di halaman model, lalu masuk: hf auth login</translation>
    </message>
    <message>
        <source>The model hub does not know the sign-in that is kept on this computer.</source>
        <translation>Hub model tidak mengenali data masuk yang tersimpan di komputer ini.</translation>
    </message>
    <message>
        <source>Sign in again: hf auth login. Or out: hf auth logout.</source>
        <translation>Masuk lagi: hf auth login. Atau keluar: hf auth logout.</translation>
    </message>
    <message>
        <source>There is no model “{}” on the hub, or it is private.</source>
        <translation>Tidak ada model “{}” di hub, atau model itu privat.</translation>
    </message>
    <message>
        <source>Check the name. For a private one, sign in first: hf auth login</source>
        <translation>Periksa namanya. Untuk model privat, masuk dahulu: hf auth login</translation>
    </message>
    <message>
        <source>The model hub has had too many requests from here.</source>
        <translation>Hub model menerima terlalu banyak permintaan dari sini.</translation>
    </message>
    <message>
        <source>The model hub has trouble of its own.</source>
        <translation>Hub model sedang bermasalah.</translation>
    </message>
    <message>
        <source>Try again in {} seconds: the download goes on where it was.</source>
        <translation>Coba lagi dalam {} detik: unduhan diteruskan dari posisi terakhir.</translation>
    </message>
    <message>
        <source>Try again in some minutes: the download goes on where it was.</source>
        <translation>Coba lagi beberapa menit lagi: unduhan diteruskan dari posisi terakhir.</translation>
    </message>
    <message>
        <source>Try again later: the download goes on where it was.</source>
        <translation>Coba lagi nanti: unduhan diteruskan dari posisi terakhir.</translation>
    </message>
    <message>
        <source>The model hub refused to give “{}”.</source>
        <translation>Hub model menolak memberikan “{}”.</translation>
    </message>
    <message>
        <source>“{}” of “{}” arrived damaged twice.</source>
        <translation>“{}” dari “{}” dua kali tiba dalam keadaan rusak.</translation>
    </message>
    <message>
        <source>Try again later, or from another network.</source>
        <translation>Coba lagi nanti, atau dari jaringan lain.</translation>
    </message>
    <message>
        <source>The answer about “{}” makes no sense: something else than the hub gave it.</source>
        <translation>Jawaban tentang “{}” tidak masuk akal: bukan hub yang memberikannya.</translation>
    </message>
    <message>
        <source>A network that asks for a sign-in does this. Open a web page, then try again.</source>
        <translation>Jaringan yang meminta masuk bersikap begini. Buka sebuah halaman web, lalu coba lagi.</translation>
    </message>
    <message>
        <source>“{}” on the hub is no model that this program can use.</source>
        <translation>“{}” di hub bukan model yang dapat dipakai program ini.</translation>
    </message>
    <message>
        <source>“{}” can&apos;t be played yet: it needs {}.</source>
        <translation>“{}” belum bisa dimainkan: perlu {}.</translation>
    </message>
    <message>
        <source>The folder {} is no model in audiocraft&apos;s format.</source>
        <translation>Folder {} bukan model berformat audiocraft.</translation>
    </message>
    <message>
        <source>It has no {}.</source>
        <translation>Tidak ada {} di dalamnya.</translation>
    </message>
    <message>
        <source>The model&apos;s folder has no {}.</source>
        <translation>Tidak ada {} di folder model ini.</translation>
    </message>
    <message>
        <source>{} is damaged or incomplete.</source>
        <translation>{} rusak atau tidak lengkap.</translation>
    </message>
    <message>
        <source>{} holds something else than weights, and was not opened.</source>
        <translation>{} berisi sesuatu selain bobot, jadi tidak dibuka.</translation>
    </message>
    <message>
        <source>Take models only from where you trust; download this one again.</source>
        <translation>Ambil model hanya dari tempat tepercaya; unduh lagi yang ini.</translation>
    </message>
    <message>
        <source>{} is no model of audiocraft.</source>
        <translation>{} bukan model audiocraft.</translation>
    </message>
    <message>
        <source>{} does not describe its model.</source>
        <translation>{} tidak menjelaskan modelnya.</translation>
    </message>
    <message>
        <source>{} holds weights that are no numbers.</source>
        <translation>{} berisi bobot yang bukan angka.</translation>
    </message>
    <message>
        <source>The weights in {} do not fit its description.</source>
        <translation>Bobot di {} tidak cocok dengan keterangannya.</translation>
    </message>
    <message>
        <source>The two files of this model do not belong together.</source>
        <translation>Kedua berkas model ini bukan pasangan.</translation>
    </message>
    <message>
        <source>This is no MusicGen model.</source>
        <translation>Ini bukan model MusicGen.</translation>
    </message>
    <message>
        <source>This model is told what to play in a way that this program does not know.</source>
        <translation>Model ini diberi tahu apa yang dimainkan dengan cara yang tidak dikenal program ini.</translation>
    </message>
    <message>
        <source>This model weaves its codebooks in a way that this program does not know.</source>
        <translation>Model ini menyusun kodenya dengan cara yang tidak dikenal program ini.</translation>
    </message>
    <message>
        <source>A part that this model reads prompts with is not on this computer.</source>
        <translation>Bagian yang dipakai model ini untuk membaca prompt tidak ada di komputer ini.</translation>
    </message>
    <message>
        <source>A part that this model reads prompts with is damaged.</source>
        <translation>Bagian yang dipakai model ini untuk membaca prompt rusak.</translation>
    </message>
    <message>
        <source>This model&apos;s audio part is of a kind that is not known here.</source>
        <translation>Bagian audio model ini dari jenis yang tidak dikenal di sini.</translation>
    </message>
    <message>
        <source>The audio part of this model is not on this computer.</source>
        <translation>Bagian audio model ini tidak ada di komputer ini.</translation>
    </message>
    <message>
        <source>Download the model again while connected.</source>
        <translation>Unduh lagi modelnya saat tersambung.</translation>
    </message>
    <message>
        <source>The model gave numbers that are none; the take would be noise.</source>
        <translation>Model memberi angka yang bukan angka; hasilnya hanya akan berupa derau.</translation>
    </message>
    <message>
        <source>This computer&apos;s processor can&apos;t run models in {}.</source>
        <translation>Prosesor komputer ini tidak bisa menjalankan model dalam {}.</translation>
    </message>
    <message>
        <source>This computer&apos;s graphics card can&apos;t run models in {}.</source>
        <translation>Kartu grafis komputer ini tidak bisa menjalankan model dalam {}.</translation>
    </message>
    <message>
        <source>Choose the precision auto, or one of {}.</source>
        <translation>Pilih presisi auto, atau salah satu dari {}.</translation>
    </message>
    <message>
        <source>This model can&apos;t run in {}.</source>
        <translation>Model ini tidak bisa dijalankan dalam {}.</translation>
    </message>
    <message>
        <source>Choose the precision auto.</source>
        <translation>Pilih presisi auto.</translation>
    </message>
    <message>
        <source>This model can&apos;t follow a melody.</source>
        <translation>Model ini tidak bisa mengikuti melodi.</translation>
    </message>
    <message>
        <source>Choose a melody model.</source>
        <translation>Pilih model melodi.</translation>
    </message>
    <message>
        <source>Together with what it goes on from, this would last {}.</source>
        <translation>Bersama bagian yang dilanjutkan, panjangnya menjadi {}.</translation>
    </message>
    <message>
        <source>Go on from an earlier moment: up to {} minutes work.</source>
        <translation>Lanjutkan dari saat yang lebih awal: paling lama {} menit.</translation>
    </message>
    <message>
        <source>“{}” is too short to build on: {} s.</source>
        <translation>“{}” terlalu pendek untuk dilanjutkan: {} dtk.</translation>
    </message>
    <message>
        <source>Give at least {} s of sound.</source>
        <translation>Beri suara paling sedikit {} dtk.</translation>
    </message>
    <message>
        <source>“{}” is too long to build on: {} minutes.</source>
        <translation>“{}” terlalu panjang untuk dipakai: {} menit.</translation>
    </message>
    <message>
        <source>Cut out the part that matters; up to {} minutes work.</source>
        <translation>Potong bagian yang penting; paling lama {} menit.</translation>
    </message>
    <message>
        <source>“{}” has {} channels at {} Hz.</source>
        <translation>“{}” punya {} saluran pada {} Hz.</translation>
    </message>
    <message>
        <source>Up to {} channels and {} kHz can be read.</source>
        <translation>Paling banyak {} saluran dan {} kHz yang bisa dibaca.</translation>
    </message>
    <message>
        <source>“{}” holds samples that are no numbers.</source>
        <translation>“{}” berisi sampel yang bukan angka.</translation>
    </message>
    <message>
        <source>“{}” is silent as far as it is used.</source>
        <translation>“{}” hening di bagian yang dipakai.</translation>
    </message>
    <message>
        <source>Choose another file, or go on from a later moment.</source>
        <translation>Pilih berkas lain, atau lanjutkan dari saat yang lebih akhir.</translation>
    </message>
    <message>
        <source>“{}” holds no sound: its length is 0 s.</source>
        <translation>“{}” tidak berisi suara: panjangnya 0 dtk.</translation>
    </message>
    <message>
        <source>“{}” is empty.</source>
        <translation>“{}” kosong.</translation>
    </message>
    <message>
        <source>“{}” is cut short: its end is missing.</source>
        <translation>“{}” terpotong: akhirnya hilang.</translation>
    </message>
    <message>
        <source>The take that this one builds on is not there any more.</source>
        <translation>Take yang menjadi dasarnya sudah tidak ada.</translation>
    </message>
    <message>
        <source>The audio that this take builds on is not there any more.</source>
        <translation>Audio yang menjadi dasar take ini sudah tidak ada.</translation>
    </message>
    <message>
        <source>Choose another one to build on.</source>
        <translation>Pilih yang lain sebagai dasar.</translation>
    </message>
    <message>
        <source>It had no prompt, so the model went its own way.</source>
        <translation>Tidak ada prompt, jadi model berjalan sendiri.</translation>
    </message>
    <message>
        <source>This model can&apos;t make seamless loops: its end does not meet its start.</source>
        <translation>Model ini tidak bisa membuat loop tanpa sambungan: akhirnya tidak bertemu awalnya.</translation>
    </message>
    <message>
        <source>It grew beside other takes; alone, the same seed may give a slightly different one.</source>
        <translation>Dibuat berdampingan dengan yang lain; sendirian, benih yang sama bisa memberi hasil yang sedikit berbeda.</translation>
    </message>
    <message>
        <source>It was interrupted as it grew; undisturbed, the same seed may give another one.</source>
        <translation>Sempat terputus saat tumbuh; tanpa gangguan, benih yang sama bisa memberi hasil yang berbeda.</translation>
    </message>
    <message>
        <source>“{}” is not there any more.</source>
        <translation>“{}” sudah tidak ada.</translation>
    </message>
    <message>
        <source>An earlier version of the program made this take, and played its parts otherwise.</source>
        <translation>Take ini dibuat oleh versi program yang lebih lama, yang memainkan bagian-bagiannya secara berbeda.</translation>
    </message>
    <message>
        <source>Make it again to have its stems.</source>
        <translation>Buat lagi agar stemnya tersedia.</translation>
    </message>
    <message>
        <source>Only takes of the built-in generator can be taken apart into stems.</source>
        <translation>Hanya take dari generator bawaan yang dapat dipisah menjadi stem.</translation>
    </message>
    <message>
        <source>“{}” does not say how it was made: it has no stems.</source>
        <translation>“{}” tidak memuat cara pembuatannya: stemnya tidak ada.</translation>
    </message>
    <message>
        <source>The stems could not be made.</source>
        <translation>Stem tidak dapat dibuat.</translation>
    </message>
    <message>
        <source>“{}” cannot be read as audio.</source>
        <translation>“{}” tidak bisa dibaca sebagai audio.</translation>
    </message>
    <message>
        <source>WAV, FLAC, OGG, MP3 and AIFF files work.</source>
        <translation>Berkas WAV, FLAC, OGG, MP3, dan AIFF bisa dipakai.</translation>
    </message>
    <message>
        <source>Try another file.</source>
        <translation>Coba berkas lain.</translation>
    </message>
    <message>
        <source>{} cannot hold this sound.</source>
        <translation>{} tidak bisa memuat suara ini.</translation>
    </message>
    <message>
        <source>Choose another format or sample rate.</source>
        <translation>Pilih format atau laju sampel lain.</translation>
    </message>
    <message>
        <source>The disk that holds {} is full.</source>
        <translation>Diska tempat {} penuh.</translation>
    </message>
    <message>
        <source>The disk is full: the library could not be written.</source>
        <translation>Diska penuh: pustaka tidak bisa ditulis.</translation>
    </message>
    <message>
        <source>The disk is nearly full ({} MB free): new takes wait.</source>
        <translation>Diska hampir penuh (sisa {} MB): take baru menunggu.</translation>
    </message>
    <message>
        <source>The disk is full: nothing new is taken in until there is room.</source>
        <translation>Diska penuh: yang baru tidak diterima sampai ada ruang.</translation>
    </message>
    <message>
        <source>Free some space; the queue then goes on by itself.</source>
        <translation>Kosongkan ruang; antrean lalu berjalan lagi sendiri.</translation>
    </message>
    <message>
        <source>Free some space, then retry.</source>
        <translation>Kosongkan ruang, lalu coba lagi.</translation>
    </message>
    <message>
        <source>There was not enough memory for {} takes at once: going on with {}.</source>
        <translation>Memori tidak cukup untuk {} take sekaligus: dilanjutkan dengan {}.</translation>
    </message>
    <message>
        <source>Nothing is lost; the others go on after them.</source>
        <translation>Tidak ada yang hilang; yang lain menyusul sesudahnya.</translation>
    </message>
    <message>
        <source>Nothing can be written into {}.</source>
        <translation>Tidak ada yang bisa ditulis ke {}.</translation>
    </message>
    <message>
        <source>Writing into {} failed.</source>
        <translation>Menulis ke {} gagal.</translation>
    </message>
    <message>
        <source>Check the disk.</source>
        <translation>Periksa diskanya.</translation>
    </message>
    <message>
        <source>Choose another folder, or change its permissions.</source>
        <translation>Pilih folder lain, atau ubah izinnya.</translation>
    </message>
    <message>
        <source>The take was damaged before it could be stored.</source>
        <translation>Take ini rusak sebelum dapat disimpan.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Coba lagi sebentar lagi.</translation>
    </message>
    <message>
        <source>DGX Music Studio is already open with this library.</source>
        <translation>DGX Music Studio sudah terbuka dengan pustaka ini.</translation>
    </message>
    <message>
        <source>Use the window that is open, or close it first.</source>
        <translation>Pakai jendela yang terbuka, atau tutup dulu.</translation>
    </message>
    <message>
        <source>The folder {} can&apos;t be written to.</source>
        <translation>Folder {} tidak bisa ditulisi.</translation>
    </message>
    <message>
        <source>The library&apos;s folder can&apos;t be written to.</source>
        <translation>Folder pustaka tidak bisa ditulisi.</translation>
    </message>
    <message>
        <source>Another program is using the library&apos;s database.</source>
        <translation>Program lain sedang memakai basis data pustaka.</translation>
    </message>
    <message>
        <source>Close it, then try again; nothing was changed.</source>
        <translation>Tutup, lalu coba lagi; tidak ada yang berubah.</translation>
    </message>
    <message>
        <source>Close the other window of this program, then start again.</source>
        <translation>Tutup jendela lain program ini, lalu mulai lagi.</translation>
    </message>
    <message>
        <source>The library&apos;s database is damaged.</source>
        <translation>Basis data pustaka rusak.</translation>
    </message>
    <message>
        <source>Start the program again: it sets the damaged file aside and finds the takes.</source>
        <translation>Buka lagi program ini: berkas yang rusak disisihkan dan take ditemukan kembali.</translation>
    </message>
    <message>
        <source>The library&apos;s database was damaged. A fresh one was started, and your takes are being found again from their files.</source>
        <translation>Basis data pustaka rusak. Yang baru sudah dibuat, dan take Anda sedang dicari kembali dari berkasnya.</translation>
    </message>
    <message>
        <source>The damaged file is kept as {}.</source>
        <translation>Berkas yang rusak disimpan sebagai {}.</translation>
    </message>
    <message>
        <source>The library&apos;s database reported an error.</source>
        <translation>Basis data pustaka melaporkan kesalahan.</translation>
    </message>
    <message>
        <source>yours: no restrictions</source>
        <translation>milik Anda: tanpa batasan</translation>
    </message>
    <message>
        <source>No sound device can be used, so takes play in silence.</source>
        <translation>Tidak ada perangkat suara yang bisa dipakai, jadi take diputar tanpa suara.</translation>
    </message>
    <message>
        <source>Connect one, then choose it under the loudspeaker.</source>
        <translation>Sambungkan satu, lalu pilih di bawah ikon pengeras suara.</translation>
    </message>
    <message>
        <source>The sound device went away; the take goes on in silence.</source>
        <translation>Perangkat suara terputus; take berlanjut tanpa suara.</translation>
    </message>
    <message>
        <source>Choose another under the loudspeaker.</source>
        <translation>Pilih yang lain di bawah ikon pengeras suara.</translation>
    </message>
    <message>
        <source>The sound device does not answer any more; the take goes on in silence.</source>
        <translation>Perangkat suara tidak menjawab lagi; take berlanjut tanpa suara.</translation>
    </message>
    <message>
        <source>Choose one under the loudspeaker to try again.</source>
        <translation>Pilih satu di bawah ikon pengeras suara untuk mencoba lagi.</translation>
    </message>
    <message>
        <source>The sound device that you chose is not there, so takes play through another.</source>
        <translation>Perangkat suara yang Anda pilih tidak ada, jadi take diputar lewat perangkat lain.</translation>
    </message>
    <message>
        <source>Connect it and choose it again under the loudspeaker.</source>
        <translation>Sambungkan, lalu pilih lagi di bawah ikon pengeras suara.</translation>
    </message>
    <message>
        <source>“{}” cannot be played.</source>
        <translation>“{}” tidak bisa diputar.</translation>
    </message>
    <message>
        <source>The server can&apos;t be reached.</source>
        <translation>Server tidak bisa dijangkau.</translation>
    </message>
    <message>
        <source>The connection to the server broke.</source>
        <translation>Sambungan ke server terputus.</translation>
    </message>
    <message>
        <source>The server does not answer in time.</source>
        <translation>Server tidak menjawab tepat waktu.</translation>
    </message>
    <message>
        <source>The server can&apos;t work just now.</source>
        <translation>Server sedang tidak bisa bekerja.</translation>
    </message>
    <message>
        <source>Your takes wait, and go on by themselves when it is back.</source>
        <translation>Take Anda menunggu, dan lanjut sendiri saat server kembali.</translation>
    </message>
    <message>
        <source>The server asks for a pause.</source>
        <translation>Server meminta jeda.</translation>
    </message>
    <message>
        <source>Your takes fill the room that you have on the server.</source>
        <translation>Take Anda memenuhi ruang yang Anda miliki di server.</translation>
    </message>
    <message>
        <source>Make new ones here, or ask who runs the server for more room.</source>
        <translation>Buat yang baru di sini, atau minta ruang tambahan kepada pengelola server.</translation>
    </message>
    <message>
        <source>Your takes wait, and go on by themselves.</source>
        <translation>Take Anda menunggu, dan lanjut sendiri.</translation>
    </message>
    <message>
        <source>The connection to the server is not safe, so nothing was sent.</source>
        <translation>Sambungan ke server tidak aman, jadi tidak ada yang dikirim.</translation>
    </message>
    <message>
        <source>Check the address and this computer&apos;s date, or ask who runs the server for its certificate.</source>
        <translation>Periksa alamat dan tanggal komputer ini, atau tanyakan sertifikatnya kepada pengelola server.</translation>
    </message>
    <message>
        <source>The server does not know this token.</source>
        <translation>Server tidak mengenal token ini.</translation>
    </message>
    <message>
        <source>Enter a new one, or ask who runs the server.</source>
        <translation>Masukkan yang baru, atau tanyakan kepada pengelola server.</translation>
    </message>
    <message>
        <source>The server does not allow this.</source>
        <translation>Server tidak mengizinkan ini.</translation>
    </message>
    <message>
        <source>Ask who runs it.</source>
        <translation>Tanyakan kepada pengelolanya.</translation>
    </message>
    <message>
        <source>The server does not have this any more.</source>
        <translation>Server sudah tidak memilikinya.</translation>
    </message>
    <message>
        <source>On the server this is past the point.</source>
        <translation>Di server, ini sudah lewat waktunya.</translation>
    </message>
    <message>
        <source>Retry to have it made anew.</source>
        <translation>Coba lagi agar dibuat dari awal.</translation>
    </message>
    <message>
        <source>This is too large for the server.</source>
        <translation>Ini terlalu besar bagi server.</translation>
    </message>
    <message>
        <source>Use a shorter piece of audio.</source>
        <translation>Gunakan audio yang lebih pendek.</translation>
    </message>
    <message>
        <source>The server does not accept these settings.</source>
        <translation>Server tidak menerima pengaturan ini.</translation>
    </message>
    <message>
        <source>Change them, or choose another model.</source>
        <translation>Ubah pengaturannya, atau pilih model lain.</translation>
    </message>
    <message>
        <source>The server has trouble of its own.</source>
        <translation>Server sendiri sedang bermasalah.</translation>
    </message>
    <message>
        <source>Retry, or tell who runs it.</source>
        <translation>Coba lagi, atau beri tahu pengelolanya.</translation>
    </message>
    <message>
        <source>The server does not take this.</source>
        <translation>Server tidak menerima ini.</translation>
    </message>
    <message>
        <source>What answers at this address does not behave like a DGX Music server.</source>
        <translation>Yang menjawab di alamat ini tidak berlaku seperti server DGX Music.</translation>
    </message>
    <message>
        <source>Check the address, or ask who runs the server.</source>
        <translation>Periksa alamatnya, atau tanyakan kepada pengelola server.</translation>
    </message>
    <message>
        <source>The server&apos;s version ({}) and this studio&apos;s ({}) do not fit together.</source>
        <translation>Versi server ({}) dan versi studio ini ({}) tidak cocok.</translation>
    </message>
    <message>
        <source>Update the older one.</source>
        <translation>Perbarui yang lebih lama.</translation>
    </message>
    <message>
        <source>It was cancelled on the server.</source>
        <translation>Dibatalkan di server.</translation>
    </message>
    <message>
        <source>The server could not make it, and does not say why.</source>
        <translation>Server tidak bisa membuatnya, dan tidak mengatakan sebabnya.</translation>
    </message>
    <message>
        <source>There are still takes for this server.</source>
        <translation>Masih ada take untuk server ini.</translation>
    </message>
    <message>
        <source>Run them on this computer or cancel them first.</source>
        <translation>Jalankan di komputer ini atau batalkan dulu.</translation>
    </message>
    <message>
        <source>Use a new key for each request.</source>
        <translation>Gunakan kunci baru untuk setiap permintaan.</translation>
    </message>
    <message>
        <source>Send a token: Authorization: Bearer …</source>
        <translation>Kirim token: Authorization: Bearer …</translation>
    </message>
    <message>
        <source>This server is not set up here any more.</source>
        <translation>Server ini sudah tidak terpasang di sini.</translation>
    </message>
    <message>
        <source>Add it again under this name, or run its takes here.</source>
        <translation>Tambahkan lagi dengan nama ini, atau jalankan take-nya di sini.</translation>
    </message>
    <message>
        <source>address: {}</source>
        <translation>alamat: {}</translation>
    </message>
    <message>
        <source>token: {}</source>
        <translation>token: {}</translation>
    </message>
    <message>
        <source>must begin with https:// or http://</source>
        <translation>harus diawali https:// atau http://</translation>
    </message>
    <message>
        <source>names no server</source>
        <translation>tidak menyebut server</translation>
    </message>
    <message>
        <source>must be the server&apos;s name and port alone</source>
        <translation>harus nama dan porta server saja</translation>
    </message>
    <message>
        <source>must be one word of plain characters</source>
        <translation>harus satu kata dari karakter biasa</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message numerus="yes">
        <source>Export %n take(s)</source>
        <translation>
            <numerusform>Ekspor %n take</numerusform>
        </translation>
    </message>
    <message>
        <source>Export “{name}”</source>
        <translation>Ekspor “{name}”</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>As it is</source>
        <translation>Apa adanya</translation>
    </message>
    <message>
        <source>Sample rate</source>
        <translation>Laju sampel</translation>
    </message>
    <message>
        <source>Loudness</source>
        <translation>Kenyaringan</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>Nama berkas</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Pilih…</translation>
    </message>
    <message>
        <source>End on a whole bar</source>
        <translation>Akhiri pada birama utuh</translation>
    </message>
    <message>
        <source>The notes too, as MIDI</source>
        <translation>Notnya juga, sebagai MIDI</translation>
    </message>
    <message>
        <source>Each instrument by itself, too (stems)</source>
        <translation>Tiap instrumen sendiri-sendiri juga (stem)</translation>
    </message>
    <message>
        <source>WAV files of the same length, in a folder beside it, before mastering</source>
        <translation>Berkas WAV yang sama panjang, dalam folder di sebelahnya, sebelum mastering</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Batal</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Ekspor</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>Ekspor ke</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Folder</translation>
    </message>
</context>
<context>
    <name>Exporter</name>
    <message numerus="yes">
        <source>Exporting %n take(s)…</source>
        <translation>
            <numerusform>Mengekspor %n take…</numerusform>
        </translation>
    </message>
    <message>
        <source>Exporting: {done} of {all} takes…</source>
        <translation>Mengekspor: {done} dari {all} take…</translation>
    </message>
    <message>
        <source>Stopped: {done} of {all} takes are exported.</source>
        <translation>Dihentikan: {done} dari {all} take sudah diekspor.</translation>
    </message>
    <message>
        <source>Exported to {path}</source>
        <translation>Diekspor ke {path}</translation>
    </message>
    <message>
        <source>{done} of {all} takes are exported, the others not.</source>
        <translation>{done} dari {all} take sudah diekspor, sisanya tidak.</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Tampilkan di folder</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Hentikan</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>Tempo</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Nada dasar</translation>
    </message>
    <message>
        <source>Loudness</source>
        <translation>Kenyaringan</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Durasi</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Model</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lisensi</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Guidance</translation>
    </message>
    <message>
        <source>{tempo} bpm</source>
        <translation>{tempo} bpm</translation>
    </message>
    <message numerus="yes">
        <source>%n beat(s) per bar</source>
        <translation>
            <numerusform>%n ketukan per birama</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>All</source>
        <translation>Semua</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Antrean</translation>
    </message>
    <message>
        <source>Favourites</source>
        <translation>Favorit</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Gagal</translation>
    </message>
    <message>
        <source>Kept, or rated with four stars or more</source>
        <translation>Disimpan, atau bernilai empat bintang atau lebih</translation>
    </message>
    <message>
        <source>Search takes</source>
        <translation>Cari take</translation>
    </message>
    <message>
        <source>Words of the name, prompt, key, tags or notes; “seed 12”</source>
        <translation>Kata dari nama, prompt, nada dasar, tag, atau catatan; “seed 12”</translation>
    </message>
    <message>
        <source>“{nc}” finds takes that must not be sold, “{yours}” those that may be</source>
        <translation>“{nc}” menemukan take yang tidak boleh dijual, “{yours}” yang boleh dijual</translation>
    </message>
</context>
<context>
    <name>Foot</name>
    <message>
        <source>Generate</source>
        <translation>Buat</translation>
    </message>
    <message>
        <source>Ctrl+Enter; with Shift in front of all that waits</source>
        <translation>Ctrl+Enter; dengan Shift mendahului semua yang menunggu</translation>
    </message>
    <message>
        <source>Leave it as it is</source>
        <translation>Biarkan seperti semula</translation>
    </message>
    <message>
        <source>Change the waiting job</source>
        <translation>Ubah tugas yang menunggu</translation>
    </message>
</context>
<context>
    <name>LengthField</name>
    <message>
        <source>Length</source>
        <translation>Durasi</translation>
    </message>
    <message>
        <source>Length in minutes and seconds</source>
        <translation>Durasi dalam menit dan detik</translation>
    </message>
</context>
<context>
    <name>LevelMeter</name>
    <message>
        <source>Level</source>
        <translation>Level</translation>
    </message>
    <message>
        <source>Peak %1 dB</source>
        <translation>Puncak %1 dB</translation>
    </message>
</context>
<context>
    <name>Licences</name>
    <message>
        <source>{some} of {all} takes must not be sold or used commercially ({licence}): {names}</source>
        <translation>{some} dari {all} take tidak boleh dijual atau dipakai secara komersial ({licence}): {names}</translation>
    </message>
    <message>
        <source>These takes must not be sold or used commercially: {licence}</source>
        <translation>Take-take ini tidak boleh dijual atau dipakai secara komersial: {licence}</translation>
    </message>
    <message>
        <source>This take must not be sold or used commercially: {licence}</source>
        <translation>Take ini tidak boleh dijual atau dipakai secara komersial: {licence}</translation>
    </message>
    <message>
        <source>“{name}” must not be sold or used commercially: {licence}. A search for {term} shows all such takes.</source>
        <translation>“{name}” tidak boleh dijual atau dipakai secara komersial: {licence}. Pencarian {term} menampilkan semua take seperti ini.</translation>
    </message>
</context>
<context>
    <name>ListIntake</name>
    <message>
        <source>Pasted prompts</source>
        <translation>Prompt yang ditempel</translation>
    </message>
    <message>
        <source>Open a prompt list</source>
        <translation>Buka daftar prompt</translation>
    </message>
    <message>
        <source>Prompt lists ({patterns})</source>
        <translation>Daftar prompt ({patterns})</translation>
    </message>
</context>
<context>
    <name>ListRows</name>
    <message>
        <source>Line</source>
        <translation>Baris</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Pengaturan</translation>
    </message>
    <message numerus="yes">
        <source>%n prompt(s)</source>
        <translation>
            <numerusform>%n prompt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n take(s)</source>
        <translation>
            <numerusform>%n take</numerusform>
        </translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation>seed {seed}</translation>
    </message>
    <message>
        <source>loop</source>
        <translation>loop</translation>
    </message>
    <message>
        <source>guidance {value}</source>
        <translation>guidance {value}</translation>
    </message>
    <message>
        <source>same as line {line}</source>
        <translation>sama dengan baris {line}</translation>
    </message>
</context>
<context>
    <name>ListSheet</name>
    <message>
        <source>Prompt list</source>
        <translation>Daftar prompt</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Membaca…</translation>
    </message>
    <message>
        <source>Prompts of the list</source>
        <translation>Prompt dalam daftar</translation>
    </message>
    <message>
        <source>Only what is wrong</source>
        <translation>Hanya yang salah</translation>
    </message>
    <message>
        <source>Use as one prompt</source>
        <translation>Pakai sebagai satu prompt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Batal</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Buat</translation>
    </message>
    <message numerus="yes">
        <source>%Ln prompt(s)</source>
        <translation>
            <numerusform>%Ln prompt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln take(s)</source>
        <translation>
            <numerusform>%Ln take</numerusform>
        </translation>
    </message>
    <message>
        <source>{time} of music</source>
        <translation>{time} musik</translation>
    </message>
    <message>
        <source>about {time} to make</source>
        <translation>sekitar {time} untuk dibuat</translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s) cannot be used</source>
        <translation>
            <numerusform>%Ln baris tidak bisa dipakai</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Generate the %Ln right one(s)</source>
        <translation>
            <numerusform>Buat %Ln yang benar</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Generate %Ln take(s)</source>
        <translation>
            <numerusform>Buat %Ln take</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Marks</name>
    <message>
        <source>name</source>
        <translation>nama</translation>
    </message>
    <message>
        <source>stars</source>
        <translation>bintang</translation>
    </message>
    <message>
        <source>tags</source>
        <translation>tag</translation>
    </message>
    <message>
        <source>notes</source>
        <translation>catatan</translation>
    </message>
    <message>
        <source>keep or reject</source>
        <translation>simpan atau tolak</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Berkas</translation>
    </message>
    <message>
        <source>Open prompt list…</source>
        <translation>Buka daftar prompt…</translation>
    </message>
    <message>
        <source>Paste prompt list</source>
        <translation>Tempel daftar prompt</translation>
    </message>
    <message>
        <source>Open the settings of a take…</source>
        <translation>Buka pengaturan sebuah take…</translation>
    </message>
    <message>
        <source>Export take…</source>
        <translation>Ekspor take…</translation>
    </message>
    <message>
        <source>Show the folder of takes</source>
        <translation>Tampilkan folder take</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>Model…</translation>
    </message>
    <message>
        <source>Servers…</source>
        <translation>Server…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Pengaturan…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Keluar</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Sunting</translation>
    </message>
    <message>
        <source>Find takes</source>
        <translation>Cari take</translation>
    </message>
    <message>
        <source>Go to the prompt</source>
        <translation>Ke kolom prompt</translation>
    </message>
    <message>
        <source>&amp;Take</source>
        <translation>&amp;Take</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Buat</translation>
    </message>
    <message>
        <source>Generate first</source>
        <translation>Buat lebih dulu</translation>
    </message>
    <message>
        <source>Again with…</source>
        <translation>Ulangi dengan…</translation>
    </message>
    <message>
        <source>Another take</source>
        <translation>Take lain</translation>
    </message>
    <message>
        <source>Extend…</source>
        <translation>Perpanjang…</translation>
    </message>
    <message>
        <source>Branch from here…</source>
        <translation>Buat cabang dari sini…</translation>
    </message>
    <message>
        <source>Play on to the next take</source>
        <translation>Lanjut memutar take berikutnya</translation>
    </message>
    <message>
        <source>Stop here</source>
        <translation>Berhenti di sini</translation>
    </message>
    <message>
        <source>Retry all failed</source>
        <translation>Coba lagi semua yang gagal</translation>
    </message>
    <message>
        <source>Pause the queue</source>
        <translation>Jeda antrean</translation>
    </message>
    <message>
        <source>Undo {what}</source>
        <translation>Urungkan {what}</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Urungkan</translation>
    </message>
    <message>
        <source>Redo {what}</source>
        <translation>Lakukan lagi {what}</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Lakukan lagi</translation>
    </message>
    <message>
        <source>Snap to beats</source>
        <translation>Tepat pada ketukan</translation>
    </message>
    <message>
        <source>Clear what failed</source>
        <translation>Bersihkan yang gagal</translation>
    </message>
    <message>
        <source>Clear what was cancelled</source>
        <translation>Bersihkan yang dibatalkan</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Tampilan</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Ikuti sistem</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Gelap</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Terang</translation>
    </message>
    <message>
        <source>Compose panel</source>
        <translation>Panel gubah</translation>
    </message>
    <message>
        <source>Take panel</source>
        <translation>Panel take</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Layar penuh</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>Ba&amp;ntuan</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Pintasan papan ketik</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Salin diagnostik</translation>
    </message>
    <message>
        <source>About DGX Music Studio</source>
        <translation>Tentang DGX Music Studio</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Pause</source>
        <translation>Jeda</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Pakai</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Hapus</translation>
    </message>
    <message>
        <source>Download of {name}</source>
        <translation>Unduhan {name}</translation>
    </message>
    <message>
        <source>Go on downloading</source>
        <translation>Teruskan unduhan</translation>
    </message>
    <message>
        <source>Mend</source>
        <translation>Perbaiki</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Unduh</translation>
    </message>
    <message>
        <source>Can&apos;t be played yet: it needs {what}.</source>
        <translation>Belum dapat dimainkan: perlu {what}.</translation>
    </message>
    <message>
        <source>Files of it are damaged or missing.</source>
        <translation>Berkasnya ada yang rusak atau hilang.</translation>
    </message>
    <message>
        <source>There is not enough room: {size} free.</source>
        <translation>Ruang tidak cukup: sisa {size}.</translation>
    </message>
</context>
<context>
    <name>ModelDesk</name>
    <message>
        <source>Other models…</source>
        <translation>Model lain…</translation>
    </message>
    <message>
        <source>{name} is here.</source>
        <translation>{name} sudah terpasang.</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Pakai</translation>
    </message>
</context>
<context>
    <name>ModelPicker</name>
    <message>
        <source>This computer</source>
        <translation>Komputer ini</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>belum terpasang</translation>
    </message>
    <message>
        <source>Model: {model}</source>
        <translation>Model: {model}</translation>
    </message>
    <message>
        <source>More models…</source>
        <translation>Model lainnya…</translation>
    </message>
    <message>
        <source>built in, nothing to download</source>
        <translation>bawaan, tanpa unduhan</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>{size} on the disk</source>
        <translation>{size} di disk</translation>
    </message>
    <message>
        <source>about {size} to download</source>
        <translation>unduhan sekitar {size}</translation>
    </message>
    <message>
        <source>{minutes} min at 50 Mbit/s</source>
        <translation>{minutes} menit pada 50 Mbit/s</translation>
    </message>
    <message>
        <source>about {size} of memory</source>
        <translation>memori sekitar {size}</translation>
    </message>
    <message>
        <source>follows a prompt</source>
        <translation>mengikuti prompt</translation>
    </message>
    <message>
        <source>follows a melody</source>
        <translation>mengikuti melodi</translation>
    </message>
    <message>
        <source>goes on from audio</source>
        <translation>meneruskan audio</translation>
    </message>
    <message>
        <source>follows a style</source>
        <translation>mengikuti gaya</translation>
    </message>
    <message>
        <source>stereo</source>
        <translation>stereo</translation>
    </message>
    <message>
        <source>seamless loops</source>
        <translation>loop tanpa sambungan</translation>
    </message>
    <message>
        <source>What you make with it is yours.</source>
        <translation>Apa yang Anda buat dengannya milik Anda.</translation>
    </message>
    <message>
        <source>Its licence is not known here: read it on the model&apos;s page first.</source>
        <translation>Lisensinya tidak diketahui di sini: bacalah dahulu di halaman model.</translation>
    </message>
    <message>
        <source>Licence {name}: music made with it may be shared with credit, but not sold.</source>
        <translation>Lisensi {name}: musik yang dibuat dengannya boleh dibagikan dengan menyebut sumber, tetapi tidak boleh dijual.</translation>
    </message>
    <message>
        <source>Asking the hub…</source>
        <translation>Menanyai hub…</translation>
    </message>
    <message>
        <source>Checking what is here…</source>
        <translation>Memeriksa yang sudah ada…</translation>
    </message>
    <message>
        <source>The connection broke; trying again…</source>
        <translation>Sambungan terputus; mencoba lagi…</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} dari {total}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>sisa {time}</translation>
    </message>
</context>
<context>
    <name>ModelsSheet</name>
    <message>
        <source>Models</source>
        <translation>Model</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Tutup</translation>
    </message>
    <message>
        <source>{size} free on the disk</source>
        <translation>sisa {size} di disk</translation>
    </message>
</context>
<context>
    <name>MoreSettings</name>
    <message>
        <source>More settings</source>
        <translation>Pengaturan lain</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Guidance</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Seamless loop</source>
        <translation>Loop tanpa sambungan</translation>
    </message>
    <message>
        <source>Its end meets its start; the length becomes whole bars.</source>
        <translation>Akhirnya bertemu awalnya; durasinya menjadi birama utuh.</translation>
    </message>
    <message>
        <source>Only when nothing else waits</source>
        <translation>Hanya jika tidak ada yang menunggu</translation>
    </message>
    <message>
        <source>File format</source>
        <translation>Format berkas</translation>
    </message>
</context>
<context>
    <name>NameEdit</name>
    <message>
        <source>Name of the take</source>
        <translation>Nama take</translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>Add notes</source>
        <translation>Tambah catatan</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Catatan</translation>
    </message>
</context>
<context>
    <name>Origin</name>
    <message>
        <source>MADE FROM</source>
        <translation>ASAL</translation>
    </message>
    <message>
        <source>continuation of</source>
        <translation>lanjutan dari</translation>
    </message>
    <message>
        <source>on the melody of</source>
        <translation>dengan melodi dari</translation>
    </message>
    <message>
        <source>continued in</source>
        <translation>dilanjutkan di</translation>
    </message>
    <message>
        <source>melody used in</source>
        <translation>melodinya dipakai di</translation>
    </message>
</context>
<context>
    <name>PlayButton</name>
    <message>
        <source>Pause</source>
        <translation>Jeda</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Putar</translation>
    </message>
</context>
<context>
    <name>PlayerBar</name>
    <message>
        <source>Previous take</source>
        <translation>Take sebelumnya</translation>
    </message>
    <message>
        <source>Next take</source>
        <translation>Take berikutnya</translation>
    </message>
    <message>
        <source>Branch from here (Ctrl+B)</source>
        <translation>Buat cabang dari sini (Ctrl+B)</translation>
    </message>
    <message>
        <source>Repeat</source>
        <translation>Ulangi</translation>
    </message>
    <message>
        <source>Repeat (R)</source>
        <translation>Ulangi (R)</translation>
    </message>
    <message>
        <source>waits for the take to grow</source>
        <translation>menunggu take bertambah</translation>
    </message>
    <message>
        <source>Position in %1</source>
        <translation>Posisi dalam %1</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>Posisi</translation>
    </message>
    <message>
        <source>Compare two takes (B): play one, then the other</source>
        <translation>Bandingkan dua take (B): putar yang satu, lalu yang lain</translation>
    </message>
    <message>
        <source>Compare with “%1” at the same position (B); the louder one is lowered to the other&apos;s loudness</source>
        <translation>Bandingkan dengan “%1” di posisi yang sama (B); yang lebih keras diturunkan ke kenyaringan yang lain</translation>
    </message>
    <message>
        <source>Compare with “%1” at the same position (B)</source>
        <translation>Bandingkan dengan “%1” di posisi yang sama (B)</translation>
    </message>
</context>
<context>
    <name>PromptEdit</name>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>What do you want to hear? For example: late-night lo-fi, dusty drums, 84 bpm</source>
        <translation>Apa yang ingin Anda dengar? Misalnya: lo-fi larut malam, drum berdebu, 84 bpm</translation>
    </message>
</context>
<context>
    <name>QAbstractSpinBox</name>
    <message>
        <source>&amp;Select All</source>
        <translation>&amp;Pilih Semua</translation>
    </message>
    <message>
        <source>&amp;Step up</source>
        <translation>&amp;Naikkan</translation>
    </message>
    <message>
        <source>Step &amp;down</source>
        <translation>&amp;Turunkan</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>&amp;Look in:</source>
        <translation>&amp;Cari di:</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Kembali</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Maju</translation>
    </message>
    <message>
        <source>Parent Directory</source>
        <translation>Folder Induk</translation>
    </message>
    <message>
        <source>Create New Folder</source>
        <translation>Buat Folder Baru</translation>
    </message>
    <message>
        <source>List View</source>
        <translation>Tampilan Daftar</translation>
    </message>
    <message>
        <source>Detail View</source>
        <translation>Tampilan Rinci</translation>
    </message>
    <message>
        <source>Directory:</source>
        <translation>Folder:</translation>
    </message>
    <message>
        <source>File &amp;name:</source>
        <translation>&amp;Nama berkas:</translation>
    </message>
    <message>
        <source>Files of &amp;type:</source>
        <translation>&amp;Jenis berkas:</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>&amp;Buka</translation>
    </message>
    <message>
        <source>&amp;Choose</source>
        <translation>&amp;Pilih</translation>
    </message>
    <message>
        <source>Show &amp;hidden files</source>
        <translation>Tampilkan berkas &amp;tersembunyi</translation>
    </message>
    <message>
        <source>&amp;New Folder</source>
        <translation>Folder &amp;Baru</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>Ubah &amp;Nama</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Hapus</translation>
    </message>
</context>
<context>
    <name>QFileSystemModel</name>
    <message>
        <source>Name</source>
        <translation>Nama</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Ukuran</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Jenis</translation>
    </message>
    <message>
        <source>Date Modified</source>
        <translation>Tanggal Diubah</translation>
    </message>
</context>
<context>
    <name>QLineEdit</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Urungkan</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Ulangi</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>Po&amp;tong</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Salin</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Tempel</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Hapus</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>Pilih Semua</translation>
    </message>
</context>
<context>
    <name>QPlatformTheme</name>
    <message>
        <source>Cancel</source>
        <translation>Batal</translation>
    </message>
</context>
<context>
    <name>QWidgetTextControl</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Urungkan</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Ulangi</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>Po&amp;tong</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Salin</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Tempel</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Hapus</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>Pilih Semua</translation>
    </message>
</context>
<context>
    <name>Queue</name>
    <message>
        <source>Play or pause</source>
        <translation>Putar atau jeda</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Spasi</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Buka</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Ganti nama</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Simpan</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Tolak</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Ekspor…</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Tampilkan di folder</translation>
    </message>
    <message>
        <source>Again with…</source>
        <translation>Ulangi dengan…</translation>
    </message>
    <message>
        <source>Branch from here</source>
        <translation>Buat cabang dari sini</translation>
    </message>
    <message>
        <source>Extend…</source>
        <translation>Perpanjang…</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>Sunting…</translation>
    </message>
    <message>
        <source>Make it next</source>
        <translation>Jadikan berikutnya</translation>
    </message>
    <message>
        <source>Stop here</source>
        <translation>Berhenti di sini</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Batal</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Coba lagi</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Hapus</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Del</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Pergi ke</translation>
    </message>
    <message>
        <source>Stars</source>
        <translation>Bintang</translation>
    </message>
    <message>
        <source>none</source>
        <translation>tidak ada</translation>
    </message>
    <message>
        <source>this computer</source>
        <translation>komputer ini</translation>
    </message>
    <message>
        <source>from {name}</source>
        <translation>dari {name}</translation>
    </message>
    <message>
        <source>on {name}</source>
        <translation>melodi {name}</translation>
    </message>
    <message>
        <source>continuation of {name}</source>
        <translation>lanjutan dari {name}</translation>
    </message>
    <message>
        <source>on the melody of {name}</source>
        <translation>dengan melodi dari {name}</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>dibatalkan</translation>
    </message>
    <message>
        <source>attempt %1</source>
        <translation>percobaan %1</translation>
    </message>
    <message>
        <source>listen while it grows</source>
        <translation>dengarkan selagi tumbuh</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>ditolak</translation>
    </message>
    <message>
        <source>on %1</source>
        <translation>di %1</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>seed %1</translation>
    </message>
    <message>
        <source>{model} in place of {server}</source>
        <translation>{model} sebagai pengganti {server}</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>dijeda</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>menunggu</translation>
    </message>
    <message>
        <source>next</source>
        <translation>berikutnya</translation>
    </message>
    <message>
        <source>after the one it builds on</source>
        <translation>setelah take yang mendasarinya</translation>
    </message>
    <message>
        <source>when nothing else waits</source>
        <translation>saat tidak ada yang menunggu</translation>
    </message>
    <message>
        <source>starts in %1</source>
        <translation>mulai dalam %1</translation>
    </message>
    <message>
        <source>tries again in %1</source>
        <translation>dicoba lagi dalam %1</translation>
    </message>
    <message>
        <source>queued</source>
        <translation>antre</translation>
    </message>
    <message>
        <source>loading model</source>
        <translation>memuat model</translation>
    </message>
    <message>
        <source>prompt</source>
        <translation>prompt</translation>
    </message>
    <message>
        <source>generating</source>
        <translation>membuat</translation>
    </message>
    <message>
        <source>saving</source>
        <translation>menyimpan</translation>
    </message>
    <message>
        <source>cancelling…</source>
        <translation>membatalkan…</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>sisa %1</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gagal</translation>
    </message>
    <message>
        <source>take</source>
        <translation>take</translation>
    </message>
    <message>
        <source>%1 of 5 stars</source>
        <translation>%1 dari 5 bintang</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>disimpan</translation>
    </message>
    <message>
        <source>%1st</source>
        <translation>ke-%1</translation>
    </message>
    <message>
        <source>%1nd</source>
        <translation>ke-%1</translation>
    </message>
    <message>
        <source>%1rd</source>
        <translation>ke-%1</translation>
    </message>
    <message>
        <source>%1th</source>
        <translation>ke-%1</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>No take has all of these words.</source>
        <translation>Tidak ada take yang memuat semua kata ini.</translation>
    </message>
    <message>
        <source>Nothing waits.</source>
        <translation>Tidak ada yang menunggu.</translation>
    </message>
    <message>
        <source>Takes that you keep (M) or rate with four stars (4) come here.</source>
        <translation>Take yang Anda simpan (M) atau beri empat bintang (4) muncul di sini.</translation>
    </message>
    <message>
        <source>Nothing failed.</source>
        <translation>Tidak ada yang gagal.</translation>
    </message>
    <message>
        <source>Takes appear here. Describe one on the left, or open a prompt list.</source>
        <translation>Take muncul di sini. Gambarkan satu di sebelah kiri, atau buka daftar prompt.</translation>
    </message>
</context>
<context>
    <name>QueueView</name>
    <message>
        <source>Jobs and takes</source>
        <translation>Tugas dan take</translation>
    </message>
</context>
<context>
    <name>Reopener</name>
    <message>
        <source>Settings of a take</source>
        <translation>Pengaturan sebuah take</translation>
    </message>
    <message>
        <source>Audio ({patterns})</source>
        <translation>Audio ({patterns})</translation>
    </message>
    <message>
        <source>Compose shows the settings of “{name}”.</source>
        <translation>Panel gubah menampilkan pengaturan “{name}”.</translation>
    </message>
    <message>
        <source>“{name}” has no settings of this program in it. To follow its sound, drop it on the audio field of Compose.</source>
        <translation>“{name}” tidak memuat pengaturan program ini. Untuk mengikuti suaranya, letakkan di kolom audio panel gubah.</translation>
    </message>
</context>
<context>
    <name>Resting</name>
    <message>
        <source>Go on</source>
        <translation>Lanjutkan</translation>
    </message>
    <message>
        <source>The queue is paused.</source>
        <translation>Antrean dijeda.</translation>
    </message>
</context>
<context>
    <name>Revealer</name>
    <message>
        <source>There is no program here that shows folders. It is {path}.</source>
        <translation>Di sini tidak ada program yang menampilkan folder. Letaknya di {path}.</translation>
    </message>
    <message>
        <source>The folder {path} is not there: it comes with the first take, or its disk is away.</source>
        <translation>Folder {path} tidak ada: folder itu dibuat bersama take pertama, atau disknya sedang tidak terpasang.</translation>
    </message>
</context>
<context>
    <name>Row</name>
    <message>
        <source>Takes effect at the next start.</source>
        <translation>Berlaku saat program dibuka lagi.</translation>
    </message>
</context>
<context>
    <name>RowDelegate</name>
    <message>
        <source>Retry</source>
        <translation>Coba lagi</translation>
    </message>
    <message>
        <source>Name of the take</source>
        <translation>Nama take</translation>
    </message>
</context>
<context>
    <name>SeedField</name>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>The same prompt, settings and seed give the same take.</source>
        <translation>Prompt, pengaturan, dan seed yang sama menghasilkan take yang sama.</translation>
    </message>
    <message>
        <source>Draw another seed</source>
        <translation>Ambil seed lain</translation>
    </message>
    <message>
        <source>Keep this seed</source>
        <translation>Kunci seed ini</translation>
    </message>
</context>
<context>
    <name>ServerBanner</name>
    <message>
        <source>Run here</source>
        <translation>Jalankan di sini</translation>
    </message>
    <message>
        <source>Retry now</source>
        <translation>Coba sekarang</translation>
    </message>
    <message>
        <source>Enter token…</source>
        <translation>Masukkan token…</translation>
    </message>
    <message numerus="yes">
        <source>%n take(s) wait and go on by themselves.</source>
        <translation>
            <numerusform>%n take menunggu dan lanjut sendiri.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServerCard</name>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Token…</source>
        <translation>Token…</translation>
    </message>
    <message>
        <source>Retry now</source>
        <translation>Coba sekarang</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Hapus</translation>
    </message>
    <message>
        <source>version {v}</source>
        <translation>versi {v}</translation>
    </message>
    <message>
        <source>Token for {name}</source>
        <translation>Token untuk {name}</translation>
    </message>
</context>
<context>
    <name>ServerDesk</name>
    <message numerus="yes">
        <source>%n take(s) wait on: their model is not on this computer.</source>
        <translation>
            <numerusform>%n take tetap menunggu: modelnya tidak ada di komputer ini.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServerForm</name>
    <message>
        <source>from who runs the server</source>
        <translation>dari pengelola server</translation>
    </message>
    <message>
        <source>as you like to call it</source>
        <translation>sesuka Anda menyebutnya</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Uji</translation>
    </message>
    <message>
        <source>Add server</source>
        <translation>Tambah server</translation>
    </message>
    <message>
        <source>http:// is not encrypted: others on the network could read the token.</source>
        <translation>http:// tidak terenkripsi: orang lain di jaringan bisa membaca token.</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s)</source>
        <translation>
            <numerusform>%n model</numerusform>
        </translation>
    </message>
    <message>
        <source>It works.</source>
        <translation>Berhasil.</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Memeriksa…</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Alamat</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nama</translation>
    </message>
</context>
<context>
    <name>Servers</name>
    <message>
        <source>connecting…</source>
        <translation>menyambung…</translation>
    </message>
    <message>
        <source>busy</source>
        <translation>sibuk</translation>
    </message>
    <message>
        <source>away</source>
        <translation>tidak ada</translation>
    </message>
    <message>
        <source>needs you</source>
        <translation>perlu Anda</translation>
    </message>
    <message>
        <source>healthy</source>
        <translation>sehat</translation>
    </message>
    <message>
        <source>works, with trouble</source>
        <translation>bekerja, ada masalah</translation>
    </message>
    <message>
        <source>%1 queued</source>
        <translation>%1 antre</translation>
    </message>
    <message>
        <source>a new take starts at once</source>
        <translation>take baru langsung mulai</translation>
    </message>
    <message>
        <source>a new take starts in {time}</source>
        <translation>take baru mulai dalam {time}</translation>
    </message>
    <message>
        <source>Next try in {time}.</source>
        <translation>Dicoba lagi dalam {time}.</translation>
    </message>
    <message>
        <source>Trying again now.</source>
        <translation>Sedang dicoba lagi.</translation>
    </message>
    <message>
        <source>yours %1</source>
        <translation>milik Anda %1</translation>
    </message>
    <message>
        <source>%1 waiting</source>
        <translation>%1 menunggu</translation>
    </message>
</context>
<context>
    <name>ServersDialog</name>
    <message>
        <source>Servers</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>A server makes takes for you, on its own GPU. None is added yet.</source>
        <translation>Server membuat take untuk Anda, dengan GPU-nya sendiri. Belum ada yang ditambahkan.</translation>
    </message>
    <message>
        <source>While a server is away, make its takes on this computer</source>
        <translation>Selama server tidak ada, buat take-nya di komputer ini</translation>
    </message>
    <message>
        <source>By the same model, else an identical earlier take, else as a sketch.</source>
        <translation>Dengan model yang sama, atau take lama yang identik, atau sebagai sketsa.</translation>
    </message>
    <message>
        <source>This system has no keyring: the token is asked for again next time.</source>
        <translation>Sistem ini tidak punya penyimpan sandi: token ditanyakan lagi lain kali.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Tutup</translation>
    </message>
    <message>
        <source>Add a server</source>
        <translation>Tambah server</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>{size} free there.</source>
        <translation>Di sana sisa {size}.</translation>
    </message>
    <message>
        <source>Nothing can be kept in “{name}”: choose another folder.</source>
        <translation>Tidak ada yang dapat disimpan di “{name}”: pilih folder lain.</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Pengaturan</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Ikuti sistem</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Gelap</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Terang</translation>
    </message>
    <message>
        <source>Quick, as this computer likes it</source>
        <translation>Cepat, sesuai komputer ini</translation>
    </message>
    <message>
        <source>Exact and slow (fp32)</source>
        <translation>Persis dan lambat (fp32)</translation>
    </message>
    <message>
        <source>New takes go there; those that there are stay where they are.</source>
        <translation>Take baru disimpan di sana; yang sudah ada tetap di tempatnya.</translation>
    </message>
    <message>
        <source>Precision of models</source>
        <translation>Presisi model</translation>
    </message>
    <message>
        <source>Looks</source>
        <translation>Tampilan</translation>
    </message>
    <message>
        <source>Music</source>
        <translation>Musik</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Penampilan</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Bahasa</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Pilih…</translation>
    </message>
    <message>
        <source>Keep takes in</source>
        <translation>Simpan take di</translation>
    </message>
    <message>
        <source>Folder of takes</source>
        <translation>Folder take</translation>
    </message>
    <message>
        <source>Fewer bits need less memory; a seed then gives another take.</source>
        <translation>Bit yang lebih sedikit membutuhkan lebih sedikit memori; seed lalu memberi take lain.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Tutup</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Pintasan papan ketik</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Tutup</translation>
    </message>
    <message>
        <source>Compose</source>
        <translation>Gubah</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Buat</translation>
    </message>
    <message>
        <source>Generate before all that waits</source>
        <translation>Buat mendahului semua yang menunggu</translation>
    </message>
    <message>
        <source>Earlier and later prompts</source>
        <translation>Prompt sebelum dan sesudahnya</translation>
    </message>
    <message>
        <source>Go to the prompt</source>
        <translation>Ke kolom prompt</translation>
    </message>
    <message>
        <source>Paste a list of prompts</source>
        <translation>Tempel daftar prompt</translation>
    </message>
    <message>
        <source>List</source>
        <translation>Daftar</translation>
    </message>
    <message>
        <source>Another take</source>
        <translation>Take lain</translation>
    </message>
    <message>
        <source>Stars, none</source>
        <translation>Bintang, tanpa bintang</translation>
    </message>
    <message>
        <source>Keep, reject</source>
        <translation>Simpan, tolak</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Ganti nama</translation>
    </message>
    <message>
        <source>Go to the take panel, and back</source>
        <translation>Ke panel take, dan kembali</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Hapus</translation>
    </message>
    <message>
        <source>Undo, redo: names, stars, tags, deletions</source>
        <translation>Urungkan, lakukan lagi: nama, bintang, tag, penghapusan</translation>
    </message>
    <message>
        <source>Sooner or later in the queue</source>
        <translation>Lebih awal atau lebih akhir dalam antrean</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Batal</translation>
    </message>
    <message>
        <source>Stop here: keep what has grown</source>
        <translation>Berhenti di sini: simpan yang sudah tumbuh</translation>
    </message>
    <message>
        <source>Go on from the take&apos;s end</source>
        <translation>Lanjutkan dari akhir take</translation>
    </message>
    <message>
        <source>Retry; all that failed, where none is selected</source>
        <translation>Coba lagi; semua yang gagal, jika tidak ada yang dipilih</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Cari</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Putar</translation>
    </message>
    <message>
        <source>Play, pause</source>
        <translation>Putar, jeda</translation>
    </message>
    <message>
        <source>Back, stop, forward</source>
        <translation>Mundur, berhenti, maju</translation>
    </message>
    <message>
        <source>A/B: the take before this one, where it is, equally loud</source>
        <translation>A/B: take sebelumnya, di posisi yang sama, sama keras</translation>
    </message>
    <message>
        <source>Repeat, or repeat no more</source>
        <translation>Ulangi, atau berhenti mengulang</translation>
    </message>
    <message>
        <source>Play on to the next take when one ends</source>
        <translation>Lanjut memutar take berikutnya saat satu take berakhir</translation>
    </message>
    <message>
        <source>Branch: go on from the playhead</source>
        <translation>Cabang: lanjutkan dari posisi putar</translation>
    </message>
    <message>
        <source>Seek</source>
        <translation>Geser posisi</translation>
    </message>
    <message>
        <source>Repeat from here, to here (in the waveform)</source>
        <translation>Ulangi dari sini, sampai sini (pada bentuk gelombang)</translation>
    </message>
    <message>
        <source>A bar back, forward (in the waveform)</source>
        <translation>Satu birama mundur, maju (pada bentuk gelombang)</translation>
    </message>
    <message>
        <source>Snap to beats; hold Alt to leave them for once</source>
        <translation>Tepat pada ketukan; tahan Alt untuk sekali melepasnya</translation>
    </message>
    <message>
        <source>Zoom (in the waveform)</source>
        <translation>Perbesar, perkecil (pada bentuk gelombang)</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Jendela</translation>
    </message>
    <message>
        <source>Open a prompt list</source>
        <translation>Buka daftar prompt</translation>
    </message>
    <message>
        <source>Open the settings of a take</source>
        <translation>Buka pengaturan sebuah take</translation>
    </message>
    <message>
        <source>Pause the queue</source>
        <translation>Jeda antrean</translation>
    </message>
    <message>
        <source>Export the take</source>
        <translation>Ekspor take</translation>
    </message>
    <message>
        <source>Again with the same settings</source>
        <translation>Ulangi dengan pengaturan yang sama</translation>
    </message>
    <message>
        <source>Another take with another seed</source>
        <translation>Take lain dengan seed lain</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Pengaturan</translation>
    </message>
    <message>
        <source>Side panels</source>
        <translation>Panel samping</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Layar penuh</translation>
    </message>
</context>
<context>
    <name>Stars</name>
    <message>
        <source>Stars</source>
        <translation>Bintang</translation>
    </message>
    <message>
        <source>Rate with a click, or with the keys 1 to 5</source>
        <translation>Nilai dengan klik, atau dengan tombol 1 sampai 5</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>{speed}× real time</source>
        <translation>{speed}× waktu nyata</translation>
    </message>
    <message>
        <source>{size} free</source>
        <translation>sisa {size}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln take(s)</source>
        <translation>
            <numerusform>%Ln take</numerusform>
        </translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Dijeda</translation>
    </message>
    <message>
        <source>Engine starting…</source>
        <translation>Mesin dinyalakan…</translation>
    </message>
    <message>
        <source>Engine ready</source>
        <translation>Mesin siap</translation>
    </message>
    <message>
        <source>Engine at work</source>
        <translation>Mesin bekerja</translation>
    </message>
    <message>
        <source>Engine restarting…</source>
        <translation>Mesin dinyalakan ulang…</translation>
    </message>
    <message>
        <source>Engine stopped</source>
        <translation>Mesin berhenti</translation>
    </message>
</context>
<context>
    <name>Summary</name>
    <message>
        <source>{calm|tense} piano makes two prompts of one</source>
        <translation>{calm|tense} piano membuat dua prompt dari satu</translation>
    </message>
    <message numerus="yes">
        <source>%n take(s)</source>
        <translation>
            <numerusform>%n take</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n prompt(s)</source>
        <translation>
            <numerusform>%n prompt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job(s)</source>
        <translation>
            <numerusform>%n tugas</numerusform>
        </translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>sekitar {time}</translation>
    </message>
</context>
<context>
    <name>Tags</name>
    <message>
        <source>Add a tag</source>
        <translation>Tambah tag</translation>
    </message>
    <message>
        <source>Tag {tag}</source>
        <translation>Tag {tag}</translation>
    </message>
    <message>
        <source>Press to take this tag off</source>
        <translation>Tekan untuk melepas tag ini</translation>
    </message>
</context>
<context>
    <name>TakePanel</name>
    <message>
        <source>Copy details</source>
        <translation>Salin rincian</translation>
    </message>
    <message>
        <source>Again with…</source>
        <translation>Ulangi dengan…</translation>
    </message>
    <message>
        <source>Put everything of this take into Compose</source>
        <translation>Masukkan semua setelan take ini ke panel gubah</translation>
    </message>
    <message>
        <source>Another take</source>
        <translation>Take lain</translation>
    </message>
    <message>
        <source>The same with another seed</source>
        <translation>Sama, dengan seed lain</translation>
    </message>
    <message>
        <source>Extend…</source>
        <translation>Perpanjang…</translation>
    </message>
    <message>
        <source>Go on from its end, with the same words or others</source>
        <translation>Lanjutkan dari akhirnya, dengan kata yang sama atau lain</translation>
    </message>
    <message>
        <source>Stop here</source>
        <translation>Berhenti di sini</translation>
    </message>
    <message>
        <source>Keep what has grown so far as the whole take</source>
        <translation>Simpan yang sudah tumbuh sebagai take utuh</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Coba lagi</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Ekspor…</translation>
    </message>
    <message>
        <source>Select a take to see all about it.</source>
        <translation>Pilih sebuah take untuk melihat rinciannya.</translation>
    </message>
    <message>
        <source>Not understood: {words}</source>
        <translation>Tidak dipahami: {words}</translation>
    </message>
    <message>
        <source>The file of “{name}” is copied: paste it where you want it.</source>
        <translation>Berkas “{name}” sudah disalin: tempelkan di tempat yang Anda mau.</translation>
    </message>
    <message>
        <source>TAKE</source>
        <translation>TAKE</translation>
    </message>
</context>
<context>
    <name>TakesField</name>
    <message>
        <source>Takes of each prompt</source>
        <translation>Jumlah take tiap prompt</translation>
    </message>
</context>
<context>
    <name>Trash</name>
    <message>
        <source>delete</source>
        <translation>penghapusan</translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) deleted.</source>
        <translation>
            <numerusform>%n tugas dihapus.</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Urungkan</translation>
    </message>
</context>
<context>
    <name>VolumeButton</name>
    <message>
        <source>Volume and output</source>
        <translation>Volume dan keluaran</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Volume</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>Bisukan</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Ikuti sistem</translation>
    </message>
    <message>
        <source>muted</source>
        <translation>dibisukan</translation>
    </message>
</context>
<context>
    <name>Waveform</name>
    <message>
        <source>Position</source>
        <translation>Posisi</translation>
    </message>
    <message>
        <source>Click to seek, Shift-drag to repeat a region (with Alt: not on the beat), turn the wheel to zoom</source>
        <translation>Klik untuk berpindah, seret dengan Shift untuk mengulang bagian (dengan Alt: tidak pada ketukan), putar roda untuk memperbesar</translation>
    </message>
    <message>
        <source>bar {bar}, {time}</source>
        <translation>birama {bar}, {time}</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Words in, music out</source>
        <translation>Kata masuk, musik keluar</translation>
    </message>
    <message>
        <source>Describe what you want to hear and press Ctrl+Enter, or begin with one of these. The built-in sketch generator answers within seconds, without a download.</source>
        <translation>Gambarkan apa yang ingin Anda dengar lalu tekan Ctrl+Enter, atau mulai dengan salah satu ini. Generator sketsa bawaan menjawab dalam hitungan detik, tanpa unduhan.</translation>
    </message>
    <message>
        <source>A .txt, .csv or .jsonl of prompts can be dropped anywhere.</source>
        <translation>Berkas prompt .txt, .csv, atau .jsonl bisa diletakkan di mana saja.</translation>
    </message>
    <message>
        <source>Generate “{prompt}”</source>
        <translation>Buat “{prompt}”</translation>
    </message>
</context>
<context>
    <name>_Card</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n lagi</numerusform>
        </translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Tutup pesan</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Rincian</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Salin</translation>
    </message>
</context>
</TS>
